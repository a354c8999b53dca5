// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Profile;
import dev.vmarea.space.Kernel;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.HookedMm;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An address space as the hooks of one call see it, and the way to call them: with memory calls
 * from inside refused. Under the address space's lock.
 *
 * @param mm the address space
 * @param task whose call it is
 */
public record HookScope(Mm mm, Task task) implements HookedMm {
  /** Something of a driver's that may fail. */
  @FunctionalInterface
  public interface Hook {
    /** Runs it. */
    void run() throws ErrnoException;
  }

  /**
   * Calls a hook.
   *
   * @param point what lets it fail on purpose
   * @throws ErrnoException what the hook says, or ENOMEM on purpose
   */
  public void call(FailurePlan.Point point, Hook hook) throws ErrnoException {
    if (kernel().fails(point)) {
      throw Errno.ENOMEM.failure();
    }
    mm.lock()
        .<@Nullable Void, ErrnoException>inHook(() -> {
          hook.run();
          return null;
        });
  }

  /** Asks a hook that cannot fail. */
  <T> T ask(Supplier<T> hook) {
    return mm.lock().inHook(hook::get);
  }

  Kernel kernel() {
    return mm.kernel();
  }

  boolean has(Difference difference) {
    return mm.kernel().profile().has(difference);
  }

  void warn(KernelWarning.Kind kind, String text) {
    mm.kernel().warn(kind, text);
  }

  @Override
  public Profile profile() {
    return mm.kernel().profile();
  }

  @Override
  public void warn(KernelWarning warning) {
    mm.kernel().warn(warning.kind(), warning.text());
  }

  @Override
  public PageProtection protection(long vmFlags) {
    return mm.kernel().architecture().protection(vmFlags);
  }

  @Override
  public boolean hasMmu() {
    return kernel().architecture().hasMmu();
  }

  @Override
  public boolean mayLock(long pages) {
    return !mm.lockLimitExceeded(task, pages);
  }
}
