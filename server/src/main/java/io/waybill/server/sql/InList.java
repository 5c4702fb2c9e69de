package io.waybill.server.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.SqlStatements;

/** The values of a {@code column <in> (<name>)}. */
final class InList {
  /** How many values one statement takes; SQLite's own limit is 32,766. */
  static final int MOST = 4_096;

  private InList() {}

  /** Binds them as the engine likes it: {@link Dialect#in}. */
  static <S extends SqlStatement<S>> S bind(S statement, String name, Collection<Long> values) {
    Object in = statement.getConfig(SqlStatements.class).getAttribute("in");
    return Dialect.POSTGRES.in().equals(in)
        ? statement.define(name, ":" + name).bind(name, SqlArray.ofLongs(values))
        : statement.bindList(name, padded(values));
  }

  /**
   * The same values, the last one repeated up to a power of two. Every length is a statement of its
   * own, which Jdbi parses and keeps: so there are fifteen of them and not ten thousand.
   */
  private static List<Long> padded(Collection<Long> values) {
    List<Long> padded = new ArrayList<>(values);
    Long last = padded.get(padded.size() - 1);
    int length = Math.max(1, Integer.highestOneBit(padded.size() - 1) << 1);
    while (padded.size() < length) {
      padded.add(last);
    }
    return padded;
  }
}
