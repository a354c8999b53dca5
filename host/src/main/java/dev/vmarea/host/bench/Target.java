// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

/**
 * What a figure should be.
 *
 * @param kind what is judged, and in which direction
 * @param must the floor; NaN if there is none
 * @param goal what we are after
 */
public record Target(Kind kind, double must, double goal) {
  /** What is judged. */
  public enum Kind {
    /** Ours divided by the peer's is at most so much. */
    RATIO_AT_MOST,
    /** The peer's divided by ours is at least so much: so many times faster. */
    TIMES_FASTER,
    /** Ours divided by the peer's is at least so much. */
    RATIO_AT_LEAST,
    /** Our own value is at most so much. */
    VALUE_AT_MOST,
    /** Our own value is at least so much. */
    VALUE_AT_LEAST,
    /** Nothing is asked. */
    NONE
  }

  /** How a figure stands to its target. */
  public enum Verdict {
    GOAL,
    MUST,
    MISSED,
    /** Nothing was asked, or only a goal that was not reached. */
    NONE
  }

  static final Target NONE = new Target(Kind.NONE, 0, 0);

  static Target ratioAtMost(double must, double goal) {
    return new Target(Kind.RATIO_AT_MOST, must, goal);
  }

  static Target timesFaster(double must, double goal) {
    return new Target(Kind.TIMES_FASTER, must, goal);
  }

  static Target ratioAtLeast(double must, double goal) {
    return new Target(Kind.RATIO_AT_LEAST, must, goal);
  }

  static Target valueAtMost(double must, double goal) {
    return new Target(Kind.VALUE_AT_MOST, must, goal);
  }

  static Target valueAtLeast(double must, double goal) {
    return new Target(Kind.VALUE_AT_LEAST, must, goal);
  }

  Verdict judge(Figure figure) {
    return switch (kind) {
      case NONE -> Verdict.NONE;
      case RATIO_AT_MOST -> atMost(figure.ratio());
      case RATIO_AT_LEAST -> atLeast(figure.ratio());
      case TIMES_FASTER -> atLeast(1 / figure.ratio());
      case VALUE_AT_MOST -> atMost(figure.ours());
      case VALUE_AT_LEAST -> atLeast(figure.ours());
    };
  }

  private Verdict atMost(double value) {
    return value <= goal ? Verdict.GOAL : below(value <= must);
  }

  private Verdict atLeast(double value) {
    return value >= goal ? Verdict.GOAL : below(value >= must);
  }

  private Verdict below(boolean floorKept) {
    return Double.isNaN(must) ? Verdict.NONE : floorKept ? Verdict.MUST : Verdict.MISSED;
  }
}
