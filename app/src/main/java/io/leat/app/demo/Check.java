package io.leat.app.demo;

/**
 * A number that is known beforehand, and what was found.
 *
 * @param name what is counted
 * @param expected the truth
 * @param slack how many more may be found, since requests without an answer were sent again
 * @param found what Leat says
 */
record Check(String name, long expected, long slack, long found) {
  boolean isOk() {
    return found >= expected && found <= expected + slack;
  }
}
