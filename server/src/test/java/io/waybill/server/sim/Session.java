package io.waybill.server.sim;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.UploadSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the callers of one session share: the request, and what they were told. */
final class Session {
  final Caller caller;
  final StartUpload.Request request;
  final List<SignedPart> signed = new ArrayList<>();
  @Nullable UploadSpec spec;

  Session(Caller caller, StartUpload.Request request) {
    this.caller = caller;
    this.request = request;
  }
}
