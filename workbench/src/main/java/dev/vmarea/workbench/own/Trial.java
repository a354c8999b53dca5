// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.workbench.lab.Lab;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.lab.Subject;
import java.util.List;

/**
 * Puts a driver to work once. A check of one that refuses everything would find nothing, and that
 * would be worth nothing.
 */
final class Trial {
  private Trial() {}

  /**
   * Tries all grounds.
   *
   * @throws OwnDriverException if a ground's setup fails, or no hook makes the usual mapping
   */
  static void of(UserKind kind) throws OwnDriverException {
    List<Ground> grounds = kind.grounds();
    if (grounds.isEmpty()) {
      throw new OwnDriverException(kind.id() + ": grounds() is empty: nothing would be tried");
    }
    String refused = "";
    boolean mapped = false;
    for (Variant variant : kind.variants()) {
      if (variant.existsIn(Profile.SETTLED)) {
        for (Ground ground : grounds) {
          String result = map(Subject.of(kind, variant, Profile.SETTLED), ground);
          boolean usual = ground.equals(grounds.getFirst());
          mapped |= usual && result.equals("ok");
          refused = usual ? result : refused;
        }
      }
    }
    if (!mapped) {
      throw new OwnDriverException(
          kind.id()
              + ": what should be a good mapping is not: "
              + grounds.getFirst().mapping()
              + " is "
              + refused
              + ". Which one is good is said by grounds() (interface Grounded)");
    }
  }

  private static String map(Subject subject, Ground ground) throws OwnDriverException {
    try {
      Lab lab = new Lab(subject, ground);
      try {
        lab.setUp();
        Step step = lab.perform(ground.mapping());
        return step.result();
      } finally {
        lab.end();
      }
    } catch (ErrnoException | RuntimeException e) {
      throw new OwnDriverException(subject.kind().id() + ": " + e.getMessage(), e);
    }
  }
}
