package io.waybill.server.sql;

import java.sql.SQLException;

/** What is done to the schema before anybody reads. */
@FunctionalInterface
interface SchemaPreparation<D> {
  void run(D source) throws SQLException;

  /** Whether the schema is this program's. */
  @FunctionalInterface
  interface Check<D> {
    boolean isCurrent(D source) throws SQLException;
  }

  /** Leaves it as it is, and takes no other than this program's. */
  static <D> SchemaPreparation<D> required(Check<D> check) {
    return source -> {
      if (!check.isCurrent(source)) {
        throw new SQLException(
            "it was made by another version of Waybill; start the server of this version first");
      }
    };
  }
}
