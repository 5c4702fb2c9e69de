package io.waybill.server.grpc;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Role;

/** What an RPC asks of its caller. */
enum Permission {
  /** Nothing: not even who it is. */
  OPEN(""),
  /** To be known, whatever the roles. */
  KNOWN(""),
  /** To look. */
  READ("reader or uploader or admin"),
  /** To change something. */
  WRITE("uploader or admin");

  private final String needs;

  Permission(String needs) {
    this.needs = needs;
  }

  boolean isGivenTo(Caller caller) {
    return switch (this) {
      case OPEN, KNOWN -> true;
      case READ -> caller.is(Role.READER) || WRITE.isGivenTo(caller);
      case WRITE -> caller.is(Role.UPLOADER) || caller.is(Role.ADMIN);
    };
  }

  /** The roles that have it, for a message. */
  String needs() {
    return needs;
  }
}
