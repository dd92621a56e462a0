package io.leat.query;

import io.leat.event.Names;
import io.leat.http.Principal;
import io.leat.query.planning.TableAccess;
import java.util.Optional;

/**
 * The tables within a client's streams. A stream's raw and processed tables need the stream; the
 * tables that hold records of all streams need the whole blueprint, and what no blueprint made
 * needs everything.
 */
public record ClientAccess(Principal principal) implements TableAccess {
  private static final String RAW = Names.rawNamespace("");
  private static final String PROCESSED = Names.processedNamespace("");

  @Override
  public Optional<String> refusal(String namespace, String table) {
    String needed = scope(namespace, table);
    return principal.mayRead(needed)
        ? Optional.empty()
        : Optional.of(
            "The client '"
                + principal.name()
                + "' may not read the table '"
                + namespace
                + "."
                + table
                + "': it needs '"
                + needed
                + "' among its streams");
  }

  /** The narrowest pattern of streams that covers the table. */
  private static String scope(String namespace, String table) {
    String suffix =
        namespace.endsWith(RAW) ? RAW : namespace.endsWith(PROCESSED) ? PROCESSED : namespace;
    String blueprint = namespace.substring(0, namespace.length() - suffix.length());
    if (!Names.isName(blueprint)) {
      return "*";
    }
    return blueprint + "." + (Names.RESERVED_STREAMS.contains(table) ? "*" : table);
  }
}
