package io.waybill.server.sql;

import io.waybill.server.upload.Upload;

/**
 * A row of table upload.
 *
 * @param upload with the counts of what is in the ledger
 * @param foldedSeq up to where the ledger has what the journal has of it
 */
record StoredUpload(Upload upload, long foldedSeq) {}
