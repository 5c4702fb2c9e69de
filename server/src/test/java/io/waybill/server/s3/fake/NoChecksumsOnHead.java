package io.waybill.server.s3.fake;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A store that checks an object's checksum when it is sent, and never shows it again. */
public final class NoChecksumsOnHead implements FakeAwsS3.Personality {
  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    Answer answer = honest.get();
    if (!call.operation().equals("HeadObject") && !call.operation().equals("GetObject")) {
      return answer;
    }
    Map<String, String> shown = new TreeMap<>(answer.headers());
    shown.keySet().removeIf(name -> name.startsWith("x-amz-checksum-"));
    return new Answer(answer.status(), shown, answer.body());
  }
}
