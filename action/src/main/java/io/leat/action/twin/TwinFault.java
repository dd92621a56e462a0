package io.leat.action.twin;

/** What can go wrong with one request. */
public enum TwinFault {
  /** 500, and nothing was done. */
  FAIL,
  /** 500, although it was done. */
  FAIL_BEHIND,
  /** It is done, and no answer comes. */
  TIME_OUT,
  /** It is not done, and no answer comes. */
  SILENCE,
  /** 200 with a page, and nothing was done: the instance sleeps. */
  HIBERNATE,
  /** 429 with {@code Retry-After}, and nothing was done. */
  THROTTLE,
  /** 403, and nothing was done: the user lacks a role. */
  DENY,
  /** The answer comes late. */
  SLOW,
  /** It is done, and the answer has no end. */
  ENDLESS,
  /** It is done, and the answer comes a byte at a time, without end. */
  DRIP
}
