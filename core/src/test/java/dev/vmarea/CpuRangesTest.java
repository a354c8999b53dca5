// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.fault.MemoryFault.Cause;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.vma.OpenFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Accesses to more than a register, strings, and instruction fetches. */
class CpuRangesTest extends CpuLab {
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int EXECUTE = 4;
  private static final int SIZE = (int) Pages.SIZE;

  private void mapped(long page, int prot) {
    assertThat(calls.mmap(at(page), Pages.SIZE, prot, PRIVATE, null, 0)).isEqualTo(at(page));
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private byte[] loaded(long address, int length) {
    byte[] bytes = new byte[length];
    cpu.load(address, bytes, 0, length);
    return bytes;
  }

  @Test
  void segmentsAndBuffers() {
    anonymous(0, 3);
    byte[] data = random(2 * SIZE + 100);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(data.length);
      source.copyFrom(MemorySegment.ofArray(data));
      cpu.store(at(0) + 50, source);
      MemorySegment target = arena.allocate(data.length);
      cpu.load(at(0) + 50, target);
      assertThat(target.mismatch(source)).isEqualTo(-1);
    }
    assertThat(loaded(at(0) + 50, data.length)).isEqualTo(data);
    ByteBuffer buffer = ByteBuffer.allocateDirect(300).position(100).limit(250);
    cpu.load(at(1), buffer);
    assertThat(buffer.position()).isEqualTo(250);
    byte[] part = new byte[150];
    buffer.get(100, part);
    assertThat(part).isEqualTo(Arrays.copyOfRange(data, SIZE - 50, SIZE + 100));
    ByteBuffer written = ByteBuffer.wrap(data).asReadOnlyBuffer().position(7).limit(17);
    cpu.store(at(2), written);
    assertThat(written.remaining()).isZero();
    assertThat(loaded(at(2), 10)).isEqualTo(Arrays.copyOfRange(data, 7, 17));
  }

  @Test
  void aFaultLeavesWhatLiesBeforeIt() {
    anonymous(0, 1);
    byte[] data = random(100);
    ByteBuffer source = ByteBuffer.wrap(data);
    faults(Cause.MAPERR, at(1), () -> cpu.store(at(1) - 30, source));
    assertThat(source.position()).isZero();
    assertThat(loaded(at(1) - 30, 30)).isEqualTo(Arrays.copyOf(data, 30));
    byte[] target = new byte[100];
    faults(Cause.MAPERR, at(1), () -> cpu.load(at(1) - 30, MemorySegment.ofArray(target)));
    assertThat(Arrays.copyOf(target, 30)).isEqualTo(Arrays.copyOf(data, 30));
    faults(Cause.MAPERR, at(1), () -> cpu.fill(at(1) - 8, 9, (byte) 1));
    assertThat(cpu.loadLong(at(1) - 8)).isEqualTo(0x0101_0101_0101_0101L);
  }

  @Test
  void filling() {
    anonymous(0, 3);
    cpu.fill(at(0) + 1, 2L * SIZE, (byte) 7);
    byte[] expected = new byte[3 * SIZE];
    Arrays.fill(expected, 1, 2 * SIZE + 1, (byte) 7);
    assertThat(loaded(at(0), 3 * SIZE)).isEqualTo(expected);
    cpu.fill(at(9), 0, (byte) 7); // nothing, and nothing is touched
    assertThatThrownBy(() -> cpu.fill(at(0), -1, (byte) 7))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** As System.arraycopy does within an array; distances and lengths around page borders. */
  @Test
  void copyingWithinMemory() {
    int room = 5 * SIZE;
    anonymous(0, 5);
    Random random = new Random(5);
    byte[] expected = random(room);
    cpu.store(at(0), expected, 0, room);
    for (int round = 0; round < 300; round++) {
      int length = random.nextInt(3 * SIZE);
      int from = random.nextInt(room - length);
      int to =
          round % 3 == 0
              ? random.nextInt(room - length)
              : Math.clamp(from + random.nextInt(200) - 100, 0, room - length);
      cpu.copy(at(0) + from, at(0) + to, length);
      System.arraycopy(expected, from, expected, to, length);
      assertThat(loaded(at(0), room)).as("%d to %d, %d", from, to, length).isEqualTo(expected);
    }
  }

  /** The page that is read is the one that the store replaces. */
  @Test
  void copyingWithinAPageThatIsCopiedForIt() throws Exception {
    anonymous(0, 1);
    cpu.storeLong(at(0), 42);
    AddressSpace child = space.fork(space.task().copy());
    try (Cpu other = child.cpu()) {
      assertThat(other.loadLong(at(0))).isEqualTo(42);
      other.copy(at(0), at(0) + 8, 8);
      other.storeLong(at(0), 43);
      other.copy(at(0), at(0) + 16, 8);
      assertThat(other.loadLong(at(0) + 8)).isEqualTo(42);
      assertThat(other.loadLong(at(0) + 16)).isEqualTo(43);
    }
    assertThat(cpu.loadLong(at(0) + 8)).isZero();
    child.exit();
  }

  private void text(long address, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    cpu.store(address, bytes, 0, bytes.length);
  }

  private String string(long address, int most) {
    return new String(cpu.loadString(address, most), StandardCharsets.ISO_8859_1);
  }

  @Test
  void strings() {
    anonymous(0, 1);
    text(at(0), "/etc/passw\u00e9d\0x");
    assertThat(string(at(0), 100)).isEqualTo("/etc/passw\u00e9d");
    assertThat(string(at(0), 4)).as("no 0 among so many").isEqualTo("/etc");
    assertThat(string(at(0), 13)).hasSize(12);
    assertThat(string(at(0), 0)).isEmpty();
    assertThat(string(at(0) + 100, 5)).isEmpty();
    assertThatThrownBy(() -> cpu.loadString(at(0), -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void stringsAcrossPages() {
    anonymous(0, 2);
    String longer = "x".repeat(SIZE + 50);
    text(at(0) + 20, longer);
    assertThat(string(at(0) + 20, 100_000)).isEqualTo(longer);
    cpu.fill(at(1), SIZE, (byte) 'y');
    faults(Cause.MAPERR, at(2), () -> cpu.loadString(at(2) - 3, 4));
    assertThat(string(at(2) - 3, 3)).isEqualTo("yyy");
    cpu.storeByte(at(2) - 1, (byte) 0);
    assertThat(string(at(2) - 3, 100)).as("what lies behind is not touched").isEqualTo("yy");
    faults(Cause.MAPERR, at(2), () -> cpu.loadString(at(2), 1));
  }

  @Test
  void fetches() {
    mapped(0, READ | WRITE | EXECUTE);
    mapped(1, READ | WRITE | EXECUTE);
    cpu.storeLong(at(1) - 4, 0x8877_6655_4433_2211L);
    assertThat(cpu.fetchInt(at(1) - 4)).isEqualTo(0x4433_2211);
    assertThat(cpu.fetchInt(at(1) - 2)).as("across pages").isEqualTo(0x6655_4433);
    assertThat(cpu.fetchInt(at(1) - 3)).isEqualTo(0x5544_3322);
    assertThat(cpu.fetchInt(at(1) - 1)).isEqualTo(0x7766_5544);
    assertThat(cpu.fetchShort(at(1) - 1)).isEqualTo((short) 0x5544);
    assertThat(cpu.fetchShort(at(1) + 2)).isEqualTo((short) 0x8877);
    assertThat(cpu.fetchByte(at(1) + 3)).isEqualTo((byte) 0x88);
    calls.mprotect(at(1), Pages.SIZE, READ);
    assertThat(cpu.fetchShort(at(1) - 2)).isEqualTo((short) 0x4433);
    faults(Cause.ACCERR, at(1), () -> cpu.fetchInt(at(1) - 2));
    calls.mprotect(at(1), Pages.SIZE, EXECUTE);
    assertThat(cpu.fetchInt(at(1) - 2)).isEqualTo(0x6655_4433);
  }

  /** What a fetch from there puts into the page table is what refuses it (seen on the host). */
  @Test
  void aFetchFromMemoryThatIsNotExecutableFillsThePage() {
    anonymous(0, 1);
    faults(Cause.ACCERR, at(0) + 16, () -> cpu.fetchInt(at(0) + 16));
    assertThat(space.pageTables().entry(at(0))).isNotZero();
    mapped(1, 0);
    faults(Cause.ACCERR, at(1) + 16, () -> cpu.fetchInt(at(1) + 16));
    assertThat(space.pageTables().entry(at(1))).as("without any access").isZero();
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.SIZE);
    calls.mmap(at(2), Pages.bytes(2), READ, MapFlags.SHARED | MapFlags.FIXED, file, 0);
    faults(Cause.ACCERR, at(2), () -> cpu.fetchByte(at(2)));
    assertThat(space.pageTables().entry(at(2))).isNotZero();
    faults(Cause.BUS, at(3), () -> cpu.fetchByte(at(3)));
    faults(Cause.MAPERR, at(4), () -> cpu.fetchByte(at(4)));
    file.inode().truncate(0);
  }
}
