package io.waybill.server.grpc;

import io.waybill.server.upload.AbortUpload;
import io.waybill.server.upload.CompleteUpload;
import io.waybill.server.upload.GetUpload;
import io.waybill.server.upload.ListParts;
import io.waybill.server.upload.ListUploads;
import io.waybill.server.upload.ReportPart;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.WatchUpload;

/** What the service calls, one use case to an RPC. */
public record UseCases(
    StartUpload startUpload,
    SignParts signParts,
    ReportPart reportPart,
    CompleteUpload complete,
    AbortUpload abort,
    GetUpload getUpload,
    ListUploads listUploads,
    ListParts listParts,
    WatchUpload watchUpload) {}
