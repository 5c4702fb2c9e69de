package io.waybill.server.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresErrorsTest {

  @ParameterizedTest
  @CsvSource({
    "40001, CONFLICT",
    "40P01, CONFLICT",
    "0A000, CONFLICT", // a column was added
    "25006, CONNECTION", // a standby
    "25P03, CONNECTION", // idle in transaction for too long
    "57P01, CONNECTION", // shutdown
    "57P02, CONNECTION", // crash
    "57P03, CONNECTION", // starting up
    "08000, CONNECTION",
    "08006, CONNECTION",
    "57014, DATABASE", // a statement was cancelled
    "55P03, DATABASE", // a lock was waited for too long
    "53100, DATABASE", // disk full
    "53300, DATABASE", // too many connections
    "58030, DATABASE", // I/O
    "40003, DATABASE", // statement completion unknown: not to be run again
    "28P01, DATABASE", // password
    "XX000, DATABASE",
    "22001, STATEMENT",
    "23505, STATEMENT",
    "25P02, STATEMENT",
    "42601, STATEMENT",
    "54000, STATEMENT",
  })
  void knowsWhoseFaultItIs(String state, Fault fault) {
    SQLException e = new SQLException("it failed", state);
    assertThat(PostgresErrors.fault(e)).isEqualTo(fault);
    assertThat(PostgresErrors.fault(new ConnectionException(e))).isEqualTo(fault);
  }

  @Test
  void aPoolWithoutAConnectionIsTheDatabasesFault() {
    assertThat(PostgresErrors.fault(new SQLTransientConnectionException("not within 5 s")))
        .isEqualTo(Fault.DATABASE);
  }

  @Test
  void whatIsNotOfTheDatabaseIsTheStatementsFault() {
    assertThat(PostgresErrors.fault(new IllegalStateException("a defect")))
        .isEqualTo(Fault.STATEMENT);
  }
}
