package io.leat.action.incident;

import io.leat.action.incident.Outbox.Audience;

/** Which changes of an incident targets hear of, and which targets. */
final class Hearing {
  private Hearing() {}

  /**
   * Whether targets are told of a change. The end always is: what they show open would stay so.
   *
   * @param isHeld whether it is silenced or flapping
   * @param matters whether they want to know, if it is not held
   */
  static boolean isTold(
      IncidentChange change, boolean isSilenced, boolean isHeld, boolean matters) {
    return switch (change) {
      case RESOLVED, CLOSED -> true;
      case FLAPPING -> !isSilenced; // the last that they hear for a while
      default -> !isHeld && matters;
    };
  }

  /**
   * @param state after the change
   */
  static Audience audience(IncidentChange change, IncidentState state) {
    if (change == IncidentChange.RESOLVED) {
      return Audience.WHO_SHOW_IT_OPEN;
    }
    return state.isOpen() ? Audience.ALL : Audience.WHO_KNOW_IT;
  }
}
