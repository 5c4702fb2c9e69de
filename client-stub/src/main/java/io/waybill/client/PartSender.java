package io.waybill.client;

import io.waybill.client.UploadFailedException.Kind;
import io.waybill.v1.SignedPart;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings parts to S3 and into the ledger, each in as many attempts as it takes and may take. The
 * ledger's answers are awaited later, and all of them before the end.
 */
final class PartSender implements PartWork, AutoCloseable {

  /** How far our clock may be off, and how long before its end a URL is not used any more. */
  static final Duration EXPIRY_MARGIN = Duration.ofSeconds(30);

  private final Session session;
  private final int parallel;
  private SigningQueue signing;
  private Reports reports;
  private final PartPut put;
  private final Buffers buffers;
  private final Backoff backoff;
  private final Clock clock;
  private final PauseGate gate;
  private final ProgressMeter meter;
  private final Semaphore connections;
  private final Map<Integer, byte[]> sent = new ConcurrentHashMap<>();

  PartSender(Session session, Uploader.Setup setup, PauseGate gate, ProgressMeter meter) {
    this.session = session;
    this.signing = new SigningQueue(session);
    this.parallel = setup.parallel();
    this.reports = new Reports(parallel, Reports.LAST_ANSWERS);
    this.put = setup.put();
    this.buffers = setup.buffers();
    this.backoff = setup.backoff();
    this.clock = setup.clock();
    this.gate = gate;
    this.meter = meter;
    this.connections = new Semaphore(parallel, true);
  }

  /**
   * Forgets the failures of the pass before: where it was too late for parts then, it need not be
   * any more. No part is being sent meanwhile.
   */
  void beginPass() {
    reports.close();
    reports = new Reports(parallel, Reports.LAST_ANSWERS);
    signing = new SigningQueue(session);
  }

  /**
   * Sends a part, and returns when S3 has it.
   *
   * @return false if S3 says that it is too late for parts: Complete is to be called now
   * @throws UploadFailedException if S3 does not take it
   * @throws WaybillException if the server does not sign it, or does not record one sent before
   */
  @Override
  public boolean send(PartTask task) throws IOException, InterruptedException {
    int number = task.number();
    PartBody body = task.body();
    byte[] checksum = hash(body);
    if (checksum.length > 0) {
      sent.put(number, checksum);
    }
    SignedPart signed = task.signed();
    if (signed == null) {
      signed = signing.sign(number, checksum); // While the connections are busy.
    }
    for (int failures = 1; ; failures++) {
      String trouble;
      try {
        boolean fresh;
        PutReply reply;
        connections.acquire();
        try {
          gate.pass();
          fresh = signed == null || pastExpiry(signed);
          if (signed == null || fresh) {
            signed = signing.sign(number, checksum);
          }
          reply = attempt(signed, body);
        } finally {
          connections.release();
        }
        switch (PutVerdict.of(reply, fresh)) {
          case STORED -> {
            report(signed, reply, checksum.length);
            return true;
          }
          case COMPLETE -> {
            return false;
          }
          case REFUSED ->
              throw new UploadFailedException(
                  Kind.STORAGE_REFUSED,
                  "S3 refused part " + number + " for good: " + reply.describe());
          case SIGN_AGAIN -> {
            signed = null;
            if (!fresh) {
              failures--; // It was no fault of this attempt, and the next one will be fresh.
              continue;
            }
          }
          case HASH_AGAIN -> checkUnchanged(number, body, checksum);
          case AGAIN -> {}
        }
        trouble = reply.describe();
      } catch (IOException e) {
        trouble = PartPut.describe(e);
      }
      if (backoff.exhausted(failures)) {
        throw new UploadFailedException(
            Kind.STORAGE_UNAVAILABLE,
            "S3 did not take part %d in %d attempts; the last one: %s"
                .formatted(number, failures, trouble));
      }
      backoff.pause(failures);
    }
  }

  @Override
  public void finish() {
    reports.awaitAll();
  }

  @Override
  public void close() {
    reports.close();
  }

  /** The checksums of the bytes that were sent, by part number; none without an algorithm. */
  Map<Integer, byte[]> sent() {
    return sent;
  }

  private byte[] hash(PartBody body) throws IOException, InterruptedException {
    return buffers.lend(buffer -> Checksums.of(session.algorithm(), body, buffer));
  }

  private boolean pastExpiry(SignedPart signed) {
    Instant end = Instant.ofEpochSecond(signed.getExpireTime().getSeconds());
    return clock.instant().isAfter(end.minus(EXPIRY_MARGIN));
  }

  private PutReply attempt(SignedPart signed, PartBody body)
      throws IOException, InterruptedException {
    AtomicLong sent = new AtomicLong();
    boolean stored = false;
    try {
      PutReply reply =
          put.send(
              signed,
              body,
              bytes -> {
                if (sent.addAndGet(bytes) > 0) {
                  meter.sent(bytes);
                }
              });
      stored = PutVerdict.of(reply, false) == PutVerdict.STORED;
      return reply;
    } finally {
      if (!stored) {
        // Buffers that the client still asks for, before it notices, no longer count.
        meter.sent(-sent.getAndSet(Long.MIN_VALUE));
      }
    }
  }

  private void report(SignedPart signed, PutReply reply, int checksumBytes) {
    PartReceipt receipt = PartReceipt.of(reply, signed.getReportHeadersList(), checksumBytes);
    reports.add(
        session.report(
            signed.getPartNumber(),
            receipt.etag(),
            receipt.checksum(),
            () -> meter.confirmed(signed.getSizeBytes())));
  }

  /** S3 got other bytes than were hashed: by an accident on the way, or because they changed. */
  private void checkUnchanged(int number, PartBody body, byte[] checksum)
      throws IOException, InterruptedException {
    if (!Arrays.equals(checksum, hash(body))) {
      throw UploadFailedException.sourceChanged(
          "the bytes of part " + number + " changed while they were uploaded");
    }
  }
}
