package io.waybill.server.upload;

/** Why an upload cannot go on, or why its last Complete did not. */
public record Failure(Reason reason, String message) {}
