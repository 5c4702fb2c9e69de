package io.waybill.server.sql;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.TemplateEngine;

/**
 * Reads the SQL of this package: {@code <name>} is an attribute, {@code :name} a parameter, but not
 * between quotes; it has no comments, no positional parameters and no casts by {@code ::}. Jdbi's
 * own readers know every SQL there is, and to load their grammar is a sixth of a start.
 */
final class PlainSql implements SqlParser, TemplateEngine {
  /** More texts than there are: each with every length of {@link InList}. */
  private static final int KEPT = 1_000;

  private static final Pattern ATTRIBUTE = Pattern.compile("<([a-z_]+)>");
  private static final Pattern TOKEN = Pattern.compile("'[^']*'|:([A-Za-z_][A-Za-z0-9_]*)");

  private final Map<String, ParsedSql> kept = new ConcurrentHashMap<>();

  @Override
  public String render(String template, StatementContext context) {
    if (template.indexOf('<') < 0) {
      return template;
    }
    return ATTRIBUTE
        .matcher(template)
        .replaceAll(found -> Matcher.quoteReplacement(attribute(found, context)));
  }

  private static String attribute(MatchResult found, StatementContext context) {
    Object value = context.getAttribute(found.group(1));
    if (value == null) {
      throw new IllegalStateException("nothing is defined for " + found.group());
    }
    return value.toString();
  }

  @Override
  public ParsedSql parse(String sql, StatementContext context) {
    ParsedSql known = kept.get(sql);
    if (known != null) {
      return known;
    }
    if (kept.size() >= KEPT) {
      kept.clear();
    }
    ParsedSql parsed = parse(sql);
    kept.put(sql, parsed);
    return parsed;
  }

  static ParsedSql parse(String sql) {
    ParsedSql.Builder parsed = ParsedSql.builder();
    Matcher token = TOKEN.matcher(sql);
    int from = 0;
    while (token.find()) {
      String parameter = token.group(1);
      if (parameter != null) {
        parsed.append(sql.substring(from, token.start())).appendNamedParameter(parameter);
        from = token.end();
      }
    }
    return parsed.append(sql.substring(from)).build();
  }

  @Override
  public String nameParameter(String name, StatementContext context) {
    return ":" + name;
  }
}
