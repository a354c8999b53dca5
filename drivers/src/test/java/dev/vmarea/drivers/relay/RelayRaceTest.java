// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.schedule.Interleaving;
import dev.vmarea.vma.OpenFile;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * I15: a child reads its mapping while the channel is closed, the file is closed, and the parent
 * unmaps it, in every order of their steps.
 */
class RelayRaceTest {
  private static final String PATH = RelayKind.INSTANCE.usualPath();
  private static final String FILE = PATH + "/cpu0";
  private static final String READ = "read";
  private static final String CHANNEL_CLOSED = "channel closed";
  private static final String FILE_CLOSED = "file closed";
  private static final long LENGTH = Pages.bytes(16);

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "v3"})
  void bufferLivesAsLongAsItIsMapped(String variant) {
    int orders =
        Interleaving.each(
            Set.of(RelayFile.FAULTED, RelayFile.TAKEN, READ, CHANNEL_CLOSED, FILE_CLOSED),
            order -> race(variant, order));

    assertThat(orders).isGreaterThan(50);
  }

  private static void race(String variant, Interleaving order) {
    try {
      UserLab lab =
          new UserLab(
              Profile.SETTLED,
              MountPlan.EMPTY.with(
                  PATH, new MountPlan.Entry(RelayKind.INSTANCE, variant, Map.of())));
      RelayChannel channel = (RelayChannel) lab.user(PATH);
      RelayBuffer buffer = channel.buffer(0);
      buffer.memory().store(5, (byte) 9);
      buffer.memory().store(Pages.bytes(7), (byte) 8);
      OpenFile file = lab.machine().open(FILE, OpenFile.O_RDWR);
      lab.mmap(file, 0, 16, UserLab.RW, UserLab.SHARED, 0);
      AddressSpace child = lab.fork();
      channel.observe(order);
      order
          .with("A", () -> readAndUnmap(child, buffer, order))
          .with(
              "B",
              () -> {
                channel.close();
                order.step(CHANNEL_CLOSED);
                file.put();
                order.step(FILE_CLOSED);
                assertThat(lab.space().syscalls().munmap(UserLab.BASE, LENGTH)).isZero();
              })
          .run();
      assertThat(buffer.memory().isFreed()).as(order.toString()).isTrue();
      assertThat(lab.close()).as(order.toString()).isEmpty();
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  private static void readAndUnmap(AddressSpace child, RelayBuffer buffer, Interleaving order) {
    try (Cpu cpu = child.cpu()) {
      assertThat(cpu.loadByte(UserLab.BASE + 5)).isEqualTo((byte) 9);
      assertThat(cpu.loadByte(UserLab.at(7))).isEqualTo((byte) 8);
      order.step(READ);
      assertThat(buffer.memory().isFreed()).isFalse();
    }
    assertThat(child.syscalls().munmap(UserLab.BASE, LENGTH)).isZero();
  }
}
