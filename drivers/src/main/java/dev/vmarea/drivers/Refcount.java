// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.base.KernelWarning;
import dev.vmarea.space.Kernel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A reference count that gives up rather than wrap ({@code refcount_t}): what must not happen to it
 * is told as a {@link dev.vmarea.base.KernelWarning.Kind#REFCOUNT} and saturates it, so that it
 * never reaches zero again and what it counts is never freed. Thread-safe.
 */
public final class Refcount {
  private static final int SATURATED = Integer.MIN_VALUE / 2;

  private final Kernel kernel;
  private final String what;
  private final AtomicInteger value;

  /**
   * A count with a first value.
   *
   * @param what it counts, for warnings: "users of object 1"
   */
  public Refcount(Kernel kernel, String what, int value) {
    this.kernel = kernel;
    this.what = what;
    this.value = new AtomicInteger(value);
  }

  /** References now; below zero once it has given up. */
  public int value() {
    return value.get();
  }

  /** Whether it has given up. */
  public boolean isSaturated() {
    return value() < 0;
  }

  /** One more of someone who has one ({@code refcount_inc}). */
  public void increment() {
    int before = value.getAndIncrement();
    if (before == 0) {
      saturate("addition on 0; use after free");
    } else if (before < 0 || before == Integer.MAX_VALUE) {
      saturate("saturated; leaking memory");
    }
  }

  /**
   * One more, unless there is none any more ({@code refcount_inc_not_zero}).
   *
   * @return whether there is one more
   */
  public boolean incrementNotZero() {
    int before = value.getAndUpdate(old -> old == 0 ? 0 : old + 1);
    if (before < 0 || before == Integer.MAX_VALUE) {
      saturate("saturated; leaking memory");
    }
    return before != 0;
  }

  /** One less, which must not be the last ({@code refcount_dec}). */
  public void decrement() {
    if (value.getAndDecrement() <= 1) {
      saturate("decrement hit 0; leaking memory");
    }
  }

  /**
   * The last one goes, if there is just one ({@code refcount_dec_if_one}).
   *
   * @return whether it has gone
   */
  public boolean decrementIfOne() {
    return value.compareAndSet(1, 0);
  }

  /**
   * One less ({@code refcount_dec_and_test}).
   *
   * @return whether it was the last
   */
  public boolean decrementAndTest() {
    int before = value.getAndDecrement();
    if (before <= 0) {
      saturate("underflow; use after free");
    }
    return before == 1;
  }

  private void saturate(String why) {
    value.set(SATURATED);
    kernel.warn(KernelWarning.Kind.REFCOUNT, what + ": " + why);
  }

  @Override
  public String toString() {
    return isSaturated() ? "saturated" : Integer.toString(value());
  }
}
