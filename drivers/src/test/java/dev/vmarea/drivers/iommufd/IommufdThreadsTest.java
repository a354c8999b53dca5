// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real threads: two processes map and unmap a region that a third destroys and makes again. */
class IommufdThreadsTest {
  private static final String DEVICE = IommufdKind.INSTANCE.usualPath();
  private static final long BYTES = 16 << 10;
  private static final int ROUNDS = 2_000;

  @ParameterizedTest
  @ValueSource(strings = {"merged", "own"})
  void nothingIsLost(String variant) throws ErrnoException {
    UserLab lab =
        new UserLab(
            Profile.SETTLED,
            MountPlan.EMPTY.with(
                DEVICE, new MountPlan.Entry(IommufdKind.INSTANCE, variant, Map.of())));
    OpenFile file = lab.open(DEVICE);
    IommufdContext context = ((IommufdDevice) lab.user(DEVICE)).context(1);
    context.addRegion(0, BYTES);
    AddressSpace other = lab.fork();

    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      CompletableFuture.allOf(
              CompletableFuture.runAsync(() -> map(lab.space(), file), threads),
              CompletableFuture.runAsync(() -> map(other, file), threads),
              CompletableFuture.runAsync(() -> destroy(context), threads))
          .orTimeout(120, TimeUnit.SECONDS)
          .join();
    }

    lab.check();
    assertThat(mapped.get()).as("mappings that were made").isPositive();
    assertThat(context.objects()).singleElement().matches(one -> one.users().value() == 1);
    assertThat(lab.close()).isEmpty();
  }

  private final AtomicInteger mapped = new AtomicInteger();

  private void map(AddressSpace space, OpenFile file) {
    for (int round = 0; round < ROUNDS; round++) {
      long result =
          space
              .syscalls()
              .mmap(
                  UserLab.BASE,
                  BYTES,
                  Prot.READ | Prot.WRITE,
                  MapFlags.SHARED | MapFlags.FIXED,
                  file,
                  4096);
      assertThat(result).isIn(List.of(UserLab.BASE, Errno.ENXIO.negated()));
      mapped.addAndGet(result == UserLab.BASE ? 1 : 0);
      space.syscalls().munmap(UserLab.BASE, BYTES);
    }
  }

  private static void destroy(IommufdContext context) {
    for (int round = 0; round < ROUNDS; round++) {
      try {
        context.destroy(1);
        context.addRegion(0, BYTES);
      } catch (ErrnoException used) {
        assertThat(used.errno()).isEqualTo(Errno.EBUSY);
        Thread.onSpinWait();
      }
    }
  }
}
