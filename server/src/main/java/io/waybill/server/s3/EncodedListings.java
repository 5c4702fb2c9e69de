package io.waybill.server.s3;

import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;

/**
 * Keeps the SDK from decoding a list of uploads: it believes {@code <EncodingType>}, fails where
 * that is not true of every element, and decodes none where it is missing. {@link ListedKeys}
 * decodes instead. (Clients' interceptors see a response before the SDK's own.)
 */
final class EncodedListings implements ExecutionInterceptor {
  private static final String NOT_YET_DECODED = "url, not yet decoded";

  @Override
  public SdkResponse modifyResponse(
      Context.ModifyResponse context, ExecutionAttributes attributes) {
    return context.response() instanceof ListMultipartUploadsResponse page
            && page.encodingType() == EncodingType.URL
        ? page.toBuilder().encodingType(NOT_YET_DECODED).build()
        : context.response();
  }

  /** Whether the store says that its keys are encoded. */
  static boolean saysSo(ListMultipartUploadsResponse page) {
    return NOT_YET_DECODED.equals(page.encodingTypeAsString());
  }
}
