package io.waybill.server.sim;

/** What may go wrong, and the row of PROTOCOL.md's failure table that says what then happens. */
enum Fault {
  CRASH_BEFORE_ROW(1, "server dies before the row is committed"),
  CRASH_BEFORE_CREATE(2, "server dies before it sends the create"),
  CREATE_FAILS(2, "create is not applied"),
  CRASH_AFTER_CREATE(3, "server dies before it stores S3's upload id"),
  CREATE_REPLY_LOST(3, "create is applied, its reply lost"),
  CREATE_LANDS_LATE(3, "create is applied minutes after its timeout"),
  CREATE_REFUSED(3, "S3 surely refuses the create"),
  WRITE_OUTCOME_UNKNOWN(4, "the row is written, the answer lost"),
  START_REPLY_LOST(5, "StartUpload's reply is lost"),
  START_TWICE(6, "one request_id at two servers at once"),
  SIGN_RACES_ABORT(7, "Abort while a SignParts is under way"),
  NO_CREDENTIALS(8, "nothing to sign with"),
  PUT_TORN(9, "a PUT is torn"),
  PUT_REPLY_LOST(9, "a PUT is applied, its reply lost"),
  PUT_DURING_COMPLETE(10, "a part is put again during Complete"),
  OTHER_BYTES(11, "a PUT of another size than was signed for"),
  REPORT_LIES(11, "a reported ETag is wrong"),
  REPORT_TWICE(11, "a report comes twice or late"),
  REPORT_REPLY_LOST(11, "a report's reply is lost"),
  LISTING_STALE(12, "ListParts lacks what is recent"),
  LISTING_FORGETS_UPLOAD(12, "ListParts does not know the upload yet"),
  LISTING_FAILS(12, "ListParts fails"),
  CRASH_BEFORE_COMPLETE(13, "server dies between COMPLETING and S3"),
  COMPLETE_FAILS(14, "complete is not applied, the answer ambiguous"),
  COMPLETE_REPLY_LOST(14, "complete is applied, the answer ambiguous"),
  COMPLETE_LANDS_LATE(14, "complete is applied minutes after its timeout"),
  COMPLETE_SAYS_GONE(14, "complete is applied, its repetition answers NoSuchUpload or 500"),
  COMPLETE_HOLLOW(14, "complete answers with success before the object is there"),
  COMPLETE_CONFLICT(14, "complete answers 409, not applied"),
  HEAD_FAILS(14, "HeadObject fails"),
  LIFECYCLE(14, "the bucket's lifecycle rule drops the upload"),
  COMPLETE_REFUSED(15, "S3 surely refuses to complete"),
  CRASH_AFTER_COMPLETE(16, "server dies before it stores that S3 has finished"),
  COMPLETE_TWICE(17, "Complete while another one is under way"),
  BULKHEAD_FULL(17, "no thread left for a completion"),
  CALLER_LEAVES(18, "the caller hangs up during Complete"),
  ABORT_SAYS_GONE(19, "abort answers NoSuchUpload"),
  ABORT_FAILS(19, "abort is not applied"),
  ABORT_REPLY_LOST(19, "abort is applied, its reply lost"),
  PUT_UNDER_WAY(20, "a part lands after the abort and is listed"),
  SWEEP_MEETS_COMPLETE(21, "the sweeper runs during Complete"),
  FOREIGN_UPLOAD(22, "a stranger's upload under our prefix"),
  NEIGHBOUR_UPLOAD(22, "another Waybill's upload under our prefix"),
  LIST_UPLOADS_FAILS(22, "ListMultipartUploads fails"),
  STRANGER_TAKES_KEY(24, "a stranger writes the key"),
  STORE_FAILS(26, "the store is unavailable, nothing written"),
  STORE_OVERLOADED(26, "the store's queue is full"),
  OBJECT_LANDS_LATE(27, "a single PUT lands after the session's end"),
  DELETE_FAILS(27, "delete is not applied"),
  DELETE_REPLY_LOST(27, "delete is applied, its reply lost"),
  PUT_AFTER_OVERWRITE(28, "an old URL of a destination that allows overwriting"),
  CRASH_BEFORE_DELETE(27, "server dies between the terminal state and the delete"),
  CRASH_AFTER_READ(29, "server dies between the look into the object and the verdict"),
  CRASH_AFTER_TAG(29, "server dies between the tag and COMPLETED"),
  READ_FAILS(29, "the ranged GET fails"),
  TAG_FAILS(29, "the tag is not set"),
  TAG_REPLY_LOST(29, "the tag is set, the reply lost"),
  S3_SLOW(0, "S3 answers slowly"),
  SERVER_STALLS(0, "a server stands still for seconds"),
  CRASH_ELSEWHERE(0, "server dies at any other step"),
  REPLY_LOST(0, "another reply is lost");

  final int row;
  final String text;

  Fault(int row, String text) {
    this.row = row;
    this.text = text;
  }
}
