package io.waybill.server.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.DefinedAttributeTemplateEngine;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** It reads what this package writes as Jdbi's own readers do. */
class PlainSqlTest {
  private static final List<String> PIECES =
      List.of(
          "SELECT a, b FROM t",
          " WHERE ",
          "a < :a",
          "b <= :other_1",
          " AND ",
          "'it''s :not'",
          "''",
          "(:x,:y)",
          "c IN (<list>)",
          " <for_update>",
          "\n  ",
          "a<>b",
          "d = 'é<list>'",
          ":__l_0");
  private static final Map<String, String> ATTRIBUTES =
      Map.of("list", ":__list_0,:__list_1", "for_update", "");

  private final Handle handle = Jdbi.open("jdbc:sqlite::memory:");
  private final StatementContext context = handle.createQuery("SELECT 1").getContext();
  private final PlainSql plain = new PlainSql();

  PlainSqlTest() {
    ATTRIBUTES.forEach(context::define);
  }

  @AfterEach
  void close() {
    handle.close();
  }

  @Test
  void readsAsJdbisOwnReadersDo() {
    Random random = new Random(7);
    SqlParser theirs = new ColonPrefixSqlParser();
    for (int i = 0; i < 3_000; i++) {
      StringBuilder template = new StringBuilder();
      for (int n = random.nextInt(8); n >= 0; n--) {
        template.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      String sql = plain.render(template.toString(), context);
      if (!template.toString().contains("'é<list>'")) { // theirs fills in between quotes, or not
        assertThat(sql)
            .isEqualTo(new DefinedAttributeTemplateEngine().render(template.toString(), context));
      }
      assertSame(plain.parse(sql, context), theirs.parse(sql, context));
    }
  }

  private static void assertSame(ParsedSql ours, ParsedSql theirs) {
    assertThat(ours.getSql()).isEqualTo(theirs.getSql());
    assertThat(ours.getParameters()).isEqualTo(theirs.getParameters());
  }

  @Test
  void wantsEveryAttribute() {
    assertThatThrownBy(() -> plain.render("SELECT <what>", context))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("<what>");
  }

  @Test
  void keepsALimitedNumberOfTexts() {
    for (int i = 0; i < 5_000; i++) {
      assertThat(plain.parse("SELECT " + i + " = :i", context).getSql())
          .isEqualTo("SELECT " + i + " = ?");
    }
  }

  @Test
  void servesJdbi() {
    Jdbi jdbi = Jdbi.create("jdbc:sqlite::memory:");
    jdbi.setSqlParser(plain).setTemplateEngine(plain);
    List<Integer> some =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery("SELECT :one + x FROM (SELECT 1 AS x) WHERE x IN (<list>)")
                    .bind("one", 1)
                    .bindList("list", List.of(1, 2))
                    .mapTo(Integer.class)
                    .list());
    assertThat(some).containsExactly(2);
  }
}
