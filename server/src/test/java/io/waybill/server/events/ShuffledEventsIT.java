package io.waybill.server.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.server.ClosingLines;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Uploads in all states, and the events of what S3 created: shuffled, each ten times, half of them
 * dropped, a thousand forged ones among them, on two servers. Whatever comes and does not come,
 * every upload ends as S3's truth has it.
 */
class ShuffledEventsIT {
  private static final int OF_A_KIND = 20;
  private static final int COPIES = 10;
  private static final int FORGED = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** What has become of an upload when the events begin to come, and how it has to end. */
  private enum Kind {
    SINGLE_PUT(UploadState.COMPLETED),
    SINGLE_PUT_AT_AN_EXACT_KEY(UploadState.COMPLETED),
    SINGLE_NOT_PUT(UploadState.EXPIRED),
    SINGLE_LEFT_TO_ITS_CALLER(UploadState.EXPIRED),
    SINGLE_WHOSE_KEY_A_STRANGER_HAS(UploadState.EXPIRED),
    SINGLE_PUT_AFTER_ITS_ABORT(UploadState.ABORTED),
    PARTS_PUT_AND_REPORTED(UploadState.COMPLETED),
    PARTS_PUT_AND_NOT_REPORTED(UploadState.COMPLETED),
    PARTS_NOT_PUT(UploadState.EXPIRED),
    COMPLETING_AND_DONE(UploadState.COMPLETED),
    COMPLETING_AND_NOT_SENT(UploadState.COMPLETED),
    COMPLETED(UploadState.COMPLETED);

    final UploadState end;

    Kind(UploadState end) {
      this.end = end;
    }
  }

  private final Map<Upload, Kind> uploads = new LinkedHashMap<>();

  @Test
  void everyUploadEndsAsS3HasIt(@TempDir Path folder) throws IOException {
    long seed = Long.getLong("waybill.seed", System.nanoTime());
    Random random = new Random(seed);
    try (EventRig rig = new EventRig(folder);
        LocalSqs sqs = LocalSqs.start()) {
      URI deadLetters = sqs.createQueue("dead-letters");
      URI queue = sqs.createQueue("events", deadLetters, 3);
      for (Kind kind : Kind.values()) {
        for (int i = 0; i < OF_A_KIND; i++) {
          uploads.put(make(rig, kind), kind);
        }
      }
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  uploadsOf(Kind.PARTS_PUT_AND_REPORTED).stream()
                      .allMatch(upload -> rig.stateOf(upload) == UploadState.COMPLETED));
      List<String> created = new ArrayList<>(rig.s3.keys(EventRig.BUCKET));
      Collections.shuffle(created, random);
      List<String> told = created.subList(0, created.size() / 2);
      Set<String> unreadable = new LinkedHashSet<>();
      List<String> messages = messages(random, told, unreadable);
      Map<Upload, Upload> before = new LinkedHashMap<>();
      uploads.keySet().forEach(upload -> before.put(upload, rig.now(upload)));
      sqs.sendAll(queue, messages);

      try (SqsConsumer one = consumer(sqs, queue, rig);
          SqsConsumer other = consumer(sqs, queue, rig)) {
        await().atMost(PATIENCE).until(() -> sqs.count(queue) == 0);
      }

      int wrong = 0;
      for (Upload upload : uploads.keySet()) {
        wrong += isRight(rig, upload, told, before) ? 0 : 1;
      }
      assertThat(wrong).as("wrong before the end, seed %d", seed).isZero();
      assertThat(sqs.count(deadLetters)).isEqualTo(unreadable.size());

      rig.clock.advance(Duration.ofHours(25));
      rig.sweep();
      for (Map.Entry<Upload, Kind> each : uploads.entrySet()) {
        assertThat(rig.stateOf(each.getKey()))
            .as("%s, seed %d", each.getValue(), seed)
            .isEqualTo(each.getValue().end);
      }
      ClosingLines.add(
          "events uploads=%d told=%d dropped=%d messages=%d forged=%d wrong=%d"
              .formatted(
                  uploads.size(),
                  told.size(),
                  created.size() - told.size(),
                  messages.size(),
                  FORGED,
                  wrong));
    }
  }

  /** What the events alone may have done, before anything else looks. */
  private boolean isRight(
      EventRig rig, Upload upload, List<String> told, Map<Upload, Upload> before) {
    boolean isTold = told.contains(upload.spec().key());
    return switch (kindOf(upload)) {
      case SINGLE_PUT, SINGLE_PUT_AT_AN_EXACT_KEY, COMPLETING_AND_DONE ->
          isTold
              ? rig.stateOf(upload) == UploadState.COMPLETED
              : rig.now(upload).equals(before.get(upload));
      // S3 had all of its parts, and the manifest is written down: whoever looks finishes it.
      case COMPLETING_AND_NOT_SENT -> rig.stateOf(upload) != UploadState.ACTIVE;
      default -> rig.now(upload).equals(before.get(upload));
    };
  }

  private List<String> messages(Random random, List<String> told, Set<String> unreadable) {
    List<String> messages = new ArrayList<>();
    for (String key : told) {
      for (int copy = 0; copy < COPIES; copy++) {
        messages.add(event(random, EventRig.BUCKET, key));
      }
    }
    List<Upload> all = List.copyOf(uploads.keySet());
    for (int i = 0; i < FORGED; i++) {
      Upload upload = all.get(random.nextInt(all.size()));
      String key = upload.spec().key();
      messages.add(
          switch (random.nextInt(5)) {
            case 0 -> event(random, EventRig.BUCKET, key + "x");
            case 1 -> event(random, "another-bucket", key);
            case 2 -> {
              String nonsense = "nonsense " + i;
              if (i % 20 == 2) {
                unreadable.add(nonsense);
                yield nonsense;
              }
              yield Documents.s3("ObjectRemoved:Delete", EventRig.BUCKET, key);
            }
            // Of an upload of which S3 has nothing, or nothing of ours, or whose event was dropped
            // and says nothing new.
            default -> event(random, EventRig.BUCKET, forgeable(random).spec().key());
          });
    }
    Collections.shuffle(messages, random);
    return messages;
  }

  private Upload forgeable(Random random) {
    Kind[] kinds = {
      Kind.SINGLE_NOT_PUT,
      Kind.SINGLE_LEFT_TO_ITS_CALLER,
      Kind.SINGLE_WHOSE_KEY_A_STRANGER_HAS,
      Kind.SINGLE_PUT_AFTER_ITS_ABORT,
      Kind.PARTS_PUT_AND_NOT_REPORTED,
      Kind.PARTS_NOT_PUT,
      Kind.COMPLETING_AND_NOT_SENT,
      Kind.COMPLETED
    };
    List<Upload> some = uploadsOf(kinds[random.nextInt(kinds.length)]);
    return some.get(random.nextInt(some.size()));
  }

  private static String event(Random random, String bucket, String key) {
    String s3 = Documents.s3("ObjectCreated:Put", bucket, key);
    return switch (random.nextInt(3)) {
      case 0 -> s3;
      case 1 -> Documents.sns(s3);
      default -> Documents.eventBridge("Object Created", bucket, key);
    };
  }

  private static SqsConsumer consumer(LocalSqs sqs, URI queue, EventRig rig) {
    return SqsConsumer.start(
        sqs.settings(queue, 8), LocalSqs.CREDENTIALS, rig.newConfirm(), SqsConsumerIT.TEMPO);
  }

  private Kind kindOf(Upload upload) {
    return uploads.getOrDefault(upload, Kind.COMPLETED);
  }

  private List<Upload> uploadsOf(Kind kind) {
    return uploads.keySet().stream().filter(upload -> kindOf(upload) == kind).toList();
  }

  private static Upload make(EventRig rig, Kind kind) {
    return switch (kind) {
      case SINGLE_PUT -> rig.startAndPut(EventRig.BY_ITSELF);
      case SINGLE_PUT_AT_AN_EXACT_KEY -> rig.startAndPut(EventRig.EXACT);
      case SINGLE_NOT_PUT -> rig.start(EventRig.BY_ITSELF, UploadMode.SINGLE, 5);
      case SINGLE_LEFT_TO_ITS_CALLER -> rig.startAndPut(EventRig.BY_CALLER);
      case SINGLE_WHOSE_KEY_A_STRANGER_HAS -> stranger(rig);
      case SINGLE_PUT_AFTER_ITS_ABORT -> aborted(rig);
      case PARTS_PUT_AND_REPORTED -> {
        Upload upload = parts(rig);
        rig.report(upload, 1);
        yield upload;
      }
      case PARTS_PUT_AND_NOT_REPORTED -> parts(rig);
      case PARTS_NOT_PUT -> rig.start(EventRig.BY_ITSELF, UploadMode.MULTIPART, 5);
      case COMPLETING_AND_DONE -> rig.completing(true);
      case COMPLETING_AND_NOT_SENT -> rig.completing(false);
      case COMPLETED -> {
        Upload upload = rig.startAndPut(EventRig.BY_CALLER);
        rig.complete.execute(EventRig.ACME, upload.id()).toCompletableFuture().join();
        yield upload;
      }
    };
  }

  private static Upload parts(EventRig rig) {
    Upload upload = rig.start(EventRig.BY_ITSELF, UploadMode.MULTIPART, 5);
    rig.put(upload);
    return upload;
  }

  private static Upload stranger(EventRig rig) {
    Upload upload = rig.start(EventRig.BY_ITSELF, UploadMode.SINGLE, 5);
    rig.putByStranger(upload.spec().key());
    return upload;
  }

  private static Upload aborted(EventRig rig) {
    Upload upload = rig.start(EventRig.BY_ITSELF, UploadMode.SINGLE, 5);
    var signed = rig.signed(upload);
    rig.abort.execute(EventRig.ACME, upload.id());
    signed.forEach(EventRig::send);
    return upload;
  }
}
