package io.waybill.server.s3;

/**
 * What Waybill expects of an S3 and of its own adapter to it: one set of assertions over every
 * server, with plain HTTP PUTs of the signed requests. Where a server lets something pass that
 * Amazon refuses, it says so by a {@link Leniency}, and the contract then asserts that it does.
 */
interface ObjectStoreContract
    extends UploadContract, LookingContract, CompleteContract, SignatureContract {

  @Override
  S3Bench s3();
}
