package io.waybill.server.s3.fake;

import java.util.Map;
import java.util.function.Supplier;

/** A proxy before the store that weakens the ETags of its answers, as nginx does when it zips. */
public final class WeakEtag implements FakeAwsS3.Personality {

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    Answer answer = honest.get();
    return answer.headers().entrySet().stream()
        .filter(header -> header.getKey().equalsIgnoreCase("ETag"))
        .findFirst()
        .map(header -> answer.with(Map.of(header.getKey(), "W/" + header.getValue())))
        .orElse(answer);
  }
}
