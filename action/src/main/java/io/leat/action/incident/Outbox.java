package io.leat.action.incident;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes what targets are to be told, in the transaction of the change itself. */
public interface Outbox {
  /** Of which targets an incident's change is the matter. */
  enum Audience {
    /** All that it is routed to. */
    ALL,
    /** Those that show it open: there is no use in telling that over is what nobody knew of. */
    WHO_SHOW_IT_OPEN,
    /** Those that were ever told of it. */
    WHO_KNOW_IT
  }

  /**
   * From now on these targets are among the incident's.
   *
   * @param version the first of the incident that they are to know
   */
  record Routing(String incident, String blueprint, Set<String> targets, long version) {
    public Routing {
      targets = Set.copyOf(targets);
    }
  }

  /**
   * Targets are to know the incident up to this version.
   *
   * @param isOpen whether it is open or acknowledged then
   */
  record Telling(String incident, long version, Audience audience, boolean isOpen) {}

  /** The targets of incidents. */
  Map<String, Set<String>> targets(Connection connection, Collection<String> incidents)
      throws SQLException;

  /** Writes down, in this order, who is to know what. */
  void write(Connection connection, List<Routing> routings, List<Telling> tellings)
      throws SQLException;

  /** It was committed: whoever waits for something to deliver may look. */
  void committed();
}
