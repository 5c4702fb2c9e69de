package io.waybill.server.hostile;

import com.google.protobuf.Message;
import io.waybill.server.upload.Reason;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One field of a request that is right else, turned into what has to be refused.
 *
 * @param field what it turns: two twists of one field exclude each other
 * @param value what into, for whoever reads the failure
 * @param reasons what it may be refused with
 */
record Twist(String field, String value, Set<Reason> reasons, Consumer<Message.Builder> turn) {
  @Override
  public String toString() {
    return field + "=" + value;
  }
}
