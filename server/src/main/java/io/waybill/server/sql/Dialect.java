package io.waybill.server.sql;

import org.jdbi.v3.core.Jdbi;

/**
 * The words in which the engines differ; each statement of this package is written once.
 *
 * @param forUpdate {@code <for_update>}: what a SELECT says to lock its rows until the transaction
 *     ends; nothing where a transaction has the database to itself
 * @param in {@code <in>}: how a column is compared with the values of an {@link InList}
 */
record Dialect(String forUpdate, String in) {
  static final Dialect SQLITE = new Dialect("", "IN");

  /** One array is one statement, and half the time, whatever its length. */
  static final Dialect POSTGRES = new Dialect("FOR UPDATE", "= ANY");

  Jdbi speak(Jdbi jdbi) {
    PlainSql sql = new PlainSql();
    jdbi.setSqlParser(sql).setTemplateEngine(sql);
    return jdbi.define("for_update", forUpdate)
        .define("in", in)
        .registerRowMapper(new UploadMapper());
  }
}
