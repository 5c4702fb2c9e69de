package io.waybill.server.sql;

/** Whose fault it is that a statement, or a transaction, failed. */
enum Fault {
  /** The statement's own: it would fail again. */
  STATEMENT,

  /**
   * Nobody's: it met another replica's transaction and was surely undone for it, so it may be run
   * again at once.
   */
  CONFLICT,

  /** The database's, so that trying the rest is useless now. */
  DATABASE,

  /** The connection's, or the server's that it leads to: another one may lead to a better. */
  CONNECTION
}
