// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.relay;

import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.base.MremapFlags;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** Scenarios of relay. */
public final class RelayScenarios {
  private static final String FILE = RelayKind.INSTANCE.usualPath() + "/cpu0";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          Scenario.of(
                  "T15",
                  "wrong length; no buffer, which is looked at first",
                  RelayKind.INSTANCE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String tooShort = lab.mmap(file, 0, 15, RW, SHARED, 0);
                    String tooLong = lab.mmap(file, 0, 17, RW, SHARED, 0);
                    String whole = lab.mmap(file, 0, 16, RW, SHARED, 0);
                    lab.munmap(0, 16);
                    lab.control(FILE, "detach 0");
                    String both = lab.mmap(file, 0, 15, RW, SHARED, 0);
                    return String.join(", ", tooShort, tooLong, whole, both);
                  })
              .all("-EINVAL, -EINVAL, ok, -EBADF"),
          Scenario.of(
                  "T16",
                  "offset of one page: the last page lies behind the buffer",
                  RelayKind.INSTANCE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    relay(lab.user(FILE)).memory().store(15 << 12, (byte) 7);
                    String mapped = lab.mmap(file, 0, 16, RW, SHARED, 1);
                    String lastOfBuffer = lab.load(14 << 12);
                    return String.join(", ", mapped, lastOfBuffer, lab.load(15 << 12));
                  })
              .all("ok, 7, SIGBUS"),
          Scenario.of(
                  "T17",
                  "the channel is closed while it is mapped",
                  RelayKind.INSTANCE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    RelayBuffer buffer = relay(lab.user(FILE));
                    buffer.memory().store(5, (byte) 9);
                    String mapped = lab.mmap(file, 0, 16, RW, SHARED, 0);
                    String closed = lab.control(FILE, "close");
                    lab.close(file);
                    String read = lab.load(5);
                    String again = lab.tryOpen(FILE, OpenFile.O_RDONLY);
                    long pages = lab.machine().kernel().memory().allocatedPages();
                    String unmapped = lab.munmap(0, 16);
                    long freed = pages - lab.machine().kernel().memory().allocatedPages();
                    return String.join(
                        ", ", mapped, closed, read, again, unmapped, freed + " freed");
                  })
              .all("ok, ok, 9, -ENOENT, ok, 16 freed"),
          Scenario.of(
                  "T36",
                  "mremap to more pages, and leaving the old ones",
                  RelayKind.INSTANCE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 16, RW, SHARED, 0);
                    String grown = lab.mremap(0, 16, 17, MremapFlags.MAYMOVE, 0);
                    int left = MremapFlags.MAYMOVE | MremapFlags.DONTUNMAP;
                    return grown + ", " + lab.mremap(0, 16, 16, left, 0);
                  })
              .all("-EFAULT, -EINVAL"));

  private RelayScenarios() {}

  private static RelayBuffer relay(UserModel user) {
    return ((RelayChannel) user).buffer(0);
  }
}
