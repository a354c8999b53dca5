// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import static dev.vmarea.models.ModelCheck.call;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Test;

/** A twin of the VMA's lock with a mistake in it must be refused: the checker is awake. */
class BrokenTwinTest {
  /** A reader that does not look again whether a writer has come. */
  public static final class Model extends ModelCheck.Model {
    private final AtomicInteger readers = new AtomicInteger();
    private volatile boolean writing;
    private int left;
    private int right;

    public boolean read() {
      if (writing) {
        return false;
      }
      readers.incrementAndGet();
      boolean apart = left != right;
      readers.decrementAndGet();
      return apart;
    }

    public void write() {
      writing = true;
      while (readers.get() != 0) {
        Thread.onSpinWait();
      }
      left++;
      right++;
      writing = false;
    }
  }

  @Test
  void mistakeIsFoundAndItsScheduleIsShown() {
    ModelCheck check = new ModelCheck(Model.class).thread(call("read")).thread(call("write"));
    assertThatThrownBy(() -> check.run(500))
        .isInstanceOf(LincheckAssertionError.class)
        .hasMessageContaining("The following interleaving leads to the error")
        .hasMessageContaining("switch");
  }
}
