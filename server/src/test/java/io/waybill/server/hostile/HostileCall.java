package io.waybill.server.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.waybill.server.upload.Reason;
import java.util.List;
import java.util.Set;

/**
 * A call that has to be refused.
 *
 * @param what it tries, for whoever reads the failure
 * @param rpc the method, without the service
 * @param message as it travels
 * @param headers names and values, beside what gRPC sends
 * @param reasons what it may be refused with
 */
record HostileCall(
    String what, String rpc, ByteString message, List<Header> headers, Set<Reason> reasons) {

  /** One line of metadata. */
  record Header(String name, String value) {
    static Header bearer(String token) {
      return new Header("authorization", "Bearer " + token);
    }
  }

  static HostileCall of(
      String what, String rpc, Message message, List<Header> headers, Set<Reason> reasons) {
    return new HostileCall(what, rpc, message.toByteString(), headers, reasons);
  }

  @Override
  public String toString() {
    return rpc + " " + what;
  }
}
