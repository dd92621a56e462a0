package io.leat.app.platform;

import io.leat.event.ErrorCode;

/** How each engine is asked by those who owe someone an answer. */
record Asking(
    EngineCalls log,
    EngineCalls lake,
    EngineCalls ledger,
    EngineCalls state,
    EngineCalls processor) {
  /**
   * @param closing takes what has to be closed
   */
  static Asking with(Closing closing) {
    return new Asking(
        closing.add("asking kafka", new EngineCalls("Kafka", ErrorCode.LOG_UNAVAILABLE)),
        closing.add(
            "asking the lake", new EngineCalls("The lake's catalog", ErrorCode.LAKE_UNAVAILABLE)),
        closing.add(
            "asking the ledger", new EngineCalls("The ledger's table", ErrorCode.LAKE_UNAVAILABLE)),
        closing.add("asking postgres", new EngineCalls("PostgreSQL", ErrorCode.STATE_UNAVAILABLE)),
        closing.add("asking flink", new EngineCalls("Flink", ErrorCode.PROCESSOR_UNAVAILABLE)));
  }
}
