// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Device memory that is bytes. */
class DeviceBytesTest {
  private final DeviceBytes bytes = new DeviceBytes(64);

  @Test
  void valuesAreLittleEndianAtAnyOffset() {
    for (int at = 8; at < 16; at++) {
      bytes.fill(0, 64, (byte) 0);
      bytes.store(at, 8, 0x8877665544332211L);
      assertThat(bytes.load(at, 8)).isEqualTo(0x8877665544332211L);
      assertThat((int) bytes.load(at, 4)).isEqualTo(0x44332211);
      assertThat((short) bytes.load(at + 1, 2)).isEqualTo((short) 0x3322);
      bytes.store(at + 4, 4, 0xa1a2a3a4L);
      bytes.store(at + 2, 2, 0xb1b2);
      bytes.store(at, 1, 0xc1);
      byte[] all = new byte[10];
      bytes.read(at - 1, all);
      assertThat(all)
          .isEqualTo(
              new byte[] {
                0,
                (byte) 0xc1,
                0x22,
                (byte) 0xb2,
                (byte) 0xb1,
                (byte) 0xa4,
                (byte) 0xa3,
                (byte) 0xa2,
                (byte) 0xa1,
                0
              });
    }
  }

  @Test
  void whatADriverDoesIsWhatAProgramSees() {
    bytes.write(3, new byte[] {1, 2, 3});
    bytes.fill(6, 2, (byte) 9);
    assertThat(bytes.load(0, 8)).isEqualTo(0x0909030201000000L);
    assertThat(bytes.contents().get(ValueLayout.JAVA_BYTE, 5)).isEqualTo((byte) 3);
  }

  @Test
  void nothingOutside() {
    assertThatThrownBy(() -> bytes.load(64, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> bytes.store(60, 8, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> bytes.store(-8, 8, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> bytes.fill(60, 5, (byte) 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> bytes.load(0, 3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> bytes.store(0, 16, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void memoryThatIsThereAlready() {
    MemorySegment memory = Arena.ofAuto().allocate(32, 8);
    new DeviceBytes(memory).store(8, 4, 7);
    assertThat(memory.get(ValueLayout.JAVA_BYTE, 8)).isEqualTo((byte) 7);
    assertThatThrownBy(() -> new DeviceBytes(memory.asSlice(4)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new DeviceBytes(MemorySegment.ofArray(new long[4])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Two threads store different words; a load finds one of them, never a mixture. */
  @Test
  void alignedAccessesAreAtomic() throws Exception {
    Thread other =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < 200_000; i++) {
                bytes.store(16, 8, i % 2 == 0 ? -1L : 0L);
              }
            });
    while (other.isAlive()) {
      assertThat(bytes.load(16, 8)).isIn(0L, -1L);
    }
    other.join();
  }
}
