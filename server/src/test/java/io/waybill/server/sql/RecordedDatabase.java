package io.waybill.server.sql;

import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/** A database that writes down each statement that was run on it. */
final class RecordedDatabase extends WrappedDatabase {
  private final Set<String> statements = new ConcurrentSkipListSet<>();
  private final SqlLogger recorder =
      new SqlLogger() {
        @Override
        public void logAfterExecution(StatementContext context) {
          statements.add(context.getParsedSql().getSql());
        }
      };

  RecordedDatabase(Database inner) {
    super(inner);
    inner.readers().setSqlLogger(recorder);
  }

  Set<String> statements() {
    return statements;
  }

  @Override
  public Handle openWriter() {
    return super.openWriter().setSqlLogger(recorder);
  }
}
