package io.leat.query;

/** A query on its way. */
public interface QueryHandle {
  /** Ends the query; its sink hears QUERY_CANCELLED unless it is over. May be called again. */
  void cancel();
}
