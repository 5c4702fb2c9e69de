package io.waybill.server.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Many values bound as one, which {@code unnest} makes rows of. SQLite has no such thing. */
final class SqlArray implements Argument {
  private final String type;
  private final @Nullable Object[] values;

  private SqlArray(String type, @Nullable Object[] values) {
    this.type = type;
    this.values = values;
  }

  static SqlArray ofLongs(Collection<Long> values) {
    return new SqlArray("int8", values.toArray(Long[]::new));
  }

  static SqlArray ofTexts(Collection<String> values) {
    return new SqlArray("text", values.toArray(String[]::new));
  }

  /** Of which any may be null. */
  static SqlArray ofBytes(List<byte @Nullable []> values) {
    return new SqlArray("bytea", values.toArray(new byte[values.size()][]));
  }

  @Override
  public void apply(int position, PreparedStatement statement, StatementContext context)
      throws SQLException {
    statement.setArray(position, statement.getConnection().createArrayOf(type, values));
  }
}
