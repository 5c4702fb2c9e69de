package io.waybill.server.s3;

/**
 * Where the URLs of one bucket lead, and in whose name they are signed.
 *
 * @param origin scheme, host and port, where it is not the scheme's own
 * @param host the Host header
 * @param folder the encoded path that a key is added to: {@code /}, or {@code /bucket/}
 * @param region as the signature names it
 * @param service as the signature names it
 */
record SigningEndpoint(String origin, String host, String folder, String region, String service) {}
