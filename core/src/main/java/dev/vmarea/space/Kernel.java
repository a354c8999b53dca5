// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import java.util.concurrent.atomic.AtomicLong;

/** What all address spaces of a machine share. Thread-safe. */
public final class Kernel {
  private final Profile profile;
  private final CommitAccounting commit = new CommitAccounting();
  private final AtomicLong asyncIoRequests = new AtomicLong();
  private volatile KernelConfig config;
  private volatile FailurePlan failures = FailurePlan.NONE;

  /** A kernel configured so, with the rules of {@code profile}. */
  public Kernel(KernelConfig config, Profile profile) {
    this.config = config;
    this.profile = profile;
  }

  /** Configuration now. */
  public KernelConfig config() {
    return config;
  }

  /** Changes the configuration, as writing a sysctl does. */
  public void config(KernelConfig newConfig) {
    config = newConfig;
  }

  /** Which kernel's rules apply. */
  public Profile profile() {
    return profile;
  }

  /** The machine-wide commit charge. */
  public CommitAccounting commit() {
    return commit;
  }

  /** What all contexts of asynchronous I/O count for (fs.aio-nr). */
  public AtomicLong asyncIoRequests() {
    return asyncIoRequests;
  }

  /** Decides which steps fail from now on. */
  public void failures(FailurePlan plan) {
    failures = plan;
  }

  /** Whether this occurrence of {@code point} is to fail. */
  public boolean fails(FailurePlan.Point point) {
    FailurePlan plan = failures;
    return plan != FailurePlan.NONE && plan.fails(point);
  }
}
