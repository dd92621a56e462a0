package io.leat.action.target;

/**
 * Remembers which request came through last, for places that take everything twice. What is left is
 * the moment between the place's answer and the commit of the mark.
 */
final class SentMark {
  private static final String SENT = "sent";

  private SentMark() {}

  static boolean has(TargetRequest request, TargetMemory memory) {
    return memory.get(SENT).filter(request.id()::equals).isPresent();
  }

  static void put(TargetRequest request, TargetMemory memory) {
    memory.put(SENT, request.id());
  }
}
