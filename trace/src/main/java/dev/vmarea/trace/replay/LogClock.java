// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

/**
 * Makes one clock of the timestamps of a log: of {@code -ttt} (seconds since 1970), {@code -t}
 * (time of day, which starts over at midnight) or {@code -r} (seconds since the line before).
 */
final class LogClock {
  private static final double DAY = 86_400;

  /** Later than any difference between two lines, earlier than any log. */
  private static final double EPOCH = 1e8;

  private double now = Double.NaN;
  private double days;

  /** A line with this timestamp, maybe empty. */
  void line(String stamp) {
    if (stamp.isEmpty()) {
      return;
    }
    int colon = stamp.indexOf(':');
    try {
      if (colon > 0) {
        timeOfDay(stamp, colon);
        return;
      }
      double seconds = Double.parseDouble(stamp);
      if (seconds >= EPOCH) {
        now = seconds;
      } else {
        now = Double.isNaN(now) ? seconds : now + seconds;
      }
    } catch (NumberFormatException e) {
      // Not a time: the clock stands still.
    }
  }

  private void timeOfDay(String stamp, int colon) {
    int second = stamp.indexOf(':', colon + 1);
    if (second < 0) {
      return;
    }
    double time =
        Integer.parseInt(stamp, 0, colon, 10) * 3600.0
            + Integer.parseInt(stamp, colon + 1, second, 10) * 60.0
            + Double.parseDouble(stamp.substring(second + 1));
    if (time + days < now - DAY / 2) {
      days += DAY;
    }
    now = time + days;
  }

  /** Seconds, or NaN before the first timestamp. */
  double now() {
    return now;
  }
}
