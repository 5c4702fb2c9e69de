package io.waybill.server.grpc;

import static io.waybill.server.grpc.CallerInterceptor.current;

import io.grpc.stub.StreamObserver;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.ListParts;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.ReportPart;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadId;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.AbortResponse;
import io.waybill.v1.CompleteRequest;
import io.waybill.v1.CompleteResponse;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.GetUploadResponse;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.ListPartsResponse;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.ListUploadsResponse;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.ReportPartResponse;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignPartsResponse;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.WatchUploadRequest;
import io.waybill.v1.WatchUploadResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Translates a request, calls its use case, and translates the answer; nothing else. */
public final class UploadGrpcService extends UploadServiceGrpc.UploadServiceImplBase {
  private final UseCases useCases;
  private final Calls calls;
  private final PageTokens tokens;

  public UploadGrpcService(UseCases useCases, Calls calls, PageTokens tokens) {
    this.useCases = useCases;
    this.calls = calls;
    this.tokens = tokens;
  }

  @Override
  public void startUpload(
      StartUploadRequest request, StreamObserver<StartUploadResponse> observer) {
    StartUpload.Request start = StartUploadRequests.read(request);
    if (start.validateOnly()) {
      calls.onReaders(observer, () -> validated(start));
    } else if (useCases.startUpload().asksStorage(current(), start)) {
      calls.onWorkers(observer, () -> started(start));
    } else {
      calls.onStarters(observer, () -> started(start));
    }
  }

  private StartUploadResponse validated(StartUpload.Request start) {
    return StartUploadResponse.newBuilder()
        .setUpload(UploadProtos.planned(useCases.startUpload().validate(current(), start)))
        .build();
  }

  private StartUploadResponse started(StartUpload.Request start) {
    StartUpload.Started started = useCases.startUpload().execute(current(), start);
    return StartUploadResponse.newBuilder()
        .setUpload(withMissing(started.upload()))
        .addAllSignedParts(PartProtos.signed(started.signed()))
        .build();
  }

  @Override
  public void signParts(SignPartsRequest request, StreamObserver<SignPartsResponse> observer) {
    SignPartsRequests.Ask ask = SignPartsRequests.read(request);
    SignParts sign = useCases.signParts();
    Caller caller = current();
    calls.atOnceOrOnReaders(
        observer,
        () ->
            ask.parts().isEmpty()
                ? Optional.empty()
                : sign.executeAtOnce(caller, ask.id(), ask.parts(), ask.ttl())
                    .map(UploadGrpcService::signed),
        () ->
            signed(
                ask.parts().isEmpty()
                    ? sign.executeNextMissing(caller, ask.id(), ask.nextMissing(), ask.ttl())
                    : sign.execute(caller, ask.id(), ask.parts(), ask.ttl())));
  }

  private static CompletionStage<SignPartsResponse> signed(
      CompletionStage<SignParts.Signed> signed) {
    return signed.thenApply(SignPartsRequests::reply);
  }

  @Override
  public void reportPart(ReportPartRequest request, StreamObserver<ReportPartResponse> observer) {
    ReportPartRequests.Ask ask = ReportPartRequests.read(request);
    ReportPart report = useCases.reportPart();
    Caller caller = current();
    calls.atOnceOrOnReaders(
        observer,
        () -> report.executeAtOnce(caller, ask.id(), ask.report()).map(UploadGrpcService::reported),
        () -> reported(report.execute(caller, ask.id(), ask.report())));
  }

  private static CompletionStage<ReportPartResponse> reported(CompletionStage<Void> recorded) {
    return recorded.thenApply(done -> ReportPartResponse.getDefaultInstance());
  }

  @Override
  public void complete(CompleteRequest request, StreamObserver<CompleteResponse> observer) {
    UploadId id = UploadIds.read(request.getUploadId());
    calls.detachedOnReaders(
        observer,
        () -> useCases.complete().execute(current(), id).thenApply(UploadGrpcService::completed),
        stillCompleting(id));
  }

  private static CompleteResponse completed(Upload upload) {
    return CompleteResponse.newBuilder().setUpload(UploadProtos.upload(upload)).build();
  }

  private static UploadException stillCompleting(UploadId id) {
    return new UploadException(
            Reason.UPLOAD_COMPLETING,
            "the object is still being put together",
            Map.of("upload_id", id.toString()))
        .retryAfter(Duration.ofSeconds(1));
  }

  @Override
  public void abort(AbortRequest request, StreamObserver<AbortResponse> observer) {
    calls.onWorkers(
        observer,
        () -> {
          Upload upload =
              useCases.abort().execute(current(), UploadIds.read(request.getUploadId()));
          return AbortResponse.newBuilder().setUpload(withMissing(upload)).build();
        });
  }

  @Override
  public void getUpload(GetUploadRequest request, StreamObserver<GetUploadResponse> observer) {
    calls.onReaders(
        observer,
        () ->
            GetUploadResponse.newBuilder()
                .setUpload(
                    UploadProtos.upload(
                        useCases
                            .getUpload()
                            .execute(current(), UploadIds.read(request.getUploadId()))))
                .build());
  }

  @Override
  public void listUploads(
      ListUploadsRequest request, StreamObserver<ListUploadsResponse> observer) {
    calls.onReaders(
        observer,
        () ->
            ListUploadsRequests.reply(
                tokens,
                current(),
                request,
                useCases
                    .listUploads()
                    .execute(current(), ListUploadsRequests.read(tokens, current(), request))));
  }

  @Override
  public void listParts(ListPartsRequest request, StreamObserver<ListPartsResponse> observer) {
    if (ListPartsRequests.asksStorage(request)) {
      calls.onWorkers(observer, () -> listed(request, fromStorage(request)));
    } else {
      calls.onReaders(observer, () -> listed(request, fromLedger(request)));
    }
  }

  private ListPartsResponse listed(ListPartsRequest request, ListParts.Page page) {
    return ListPartsRequests.reply(tokens, current(), request, page);
  }

  private ListParts.Page fromStorage(ListPartsRequest request) {
    ListPartsRequests.Ask ask = ListPartsRequests.read(tokens, current(), request);
    return useCases.listParts().fromStorage(current(), ask.id(), ask.after(), ask.pageSize());
  }

  private ListParts.Page fromLedger(ListPartsRequest request) {
    ListPartsRequests.Ask ask = ListPartsRequests.read(tokens, current(), request);
    return useCases.listParts().fromLedger(current(), ask.id(), ask.after(), ask.pageSize());
  }

  @Override
  public void watchUpload(
      WatchUploadRequest request, StreamObserver<WatchUploadResponse> observer) {
    WatchUploadRequests.Ask ask = WatchUploadRequests.read(request);
    calls.watchOnReaders(
        observer,
        watcher ->
            useCases.watchUpload().execute(current(), ask.id(), ask.afterRevision(), watcher));
  }

  private io.waybill.v1.Upload withMissing(Upload upload) {
    return UploadProtos.upload(useCases.getUpload().view(upload));
  }
}
