package io.leat.app.replay;

/**
 * How far a replay is, for whoever asks. Written by one thread.
 *
 * @param doing in words
 * @param judged records of the period that were judged
 * @param percent of the present work, from 0 to 100
 */
public record Progress(String doing, long judged, int percent) {
  static final Progress WAITING = new Progress("waiting", 0, 0);

  static int percent(long done, long all) {
    return all <= 0 ? 0 : (int) Math.min(100, 100 * done / all);
  }
}
