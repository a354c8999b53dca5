// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.region;

import dev.vmarea.base.FailurePlan;

/** Plans of failures, and of what others do meanwhile. */
public final class Failing {
  private Failing() {}

  /** Fails at {@code first}, and then at {@code second} the next time it is passed. */
  public static FailurePlan then(FailurePlan.Point first, FailurePlan.Point second) {
    return new FailurePlan() {
      private boolean failed;
      private boolean done;

      @Override
      public boolean fails(Point point) {
        if (!failed) {
          failed = point == first;
          return failed;
        }
        boolean now = !done && point == second;
        done |= now;
        return now;
      }
    };
  }

  /** Nothing fails; {@code action} happens once, when {@code moment} is passed first. */
  public static FailurePlan meanwhile(FailurePlan.Point moment, Runnable action) {
    return new FailurePlan() {
      private boolean done;

      @Override
      public boolean fails(Point point) {
        if (!done && point == moment) {
          done = true;
          action.run();
        }
        return false;
      }
    };
  }
}
