/**
 * What strangers send, over the wire, to a whole server: authentication, SQLite, and an S3 that
 * verifies signatures. Tables of fields and of values that no field may take make thousands of
 * calls; all are refused in the contract's words, and change nothing.
 */
@NullMarked
package io.waybill.server.hostile;

import org.jspecify.annotations.NullMarked;
