// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Pages;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.Translations;
import dev.vmarea.memory.DeviceFrame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Accesses of one kind, of 2 to 8 bytes, that cross a page border. All or nothing: both pages are
 * there, at one moment, before a byte is touched; also before one is loaded, since a device may
 * change by that.
 */
final class CrossingAccess {
  private final Cpu cpu;
  private final Translations translations;
  private final Access access;

  CrossingAccess(Cpu cpu, Translations translations, Access access) {
    this.cpu = cpu;
    this.translations = translations;
    this.access = access;
  }

  /** What lies in one page. */
  private sealed interface Part {
    long load();

    void store(long value);
  }

  private record InMemory(MemorySegment memory, long offset, int bytes) implements Part {
    @Override
    public long load() {
      long value = 0;
      for (int i = 0; i < bytes; i++) {
        value |= (memory.get(ValueLayout.JAVA_BYTE, offset + i) & 0xffL) << Byte.SIZE * i;
      }
      return value;
    }

    @Override
    public void store(long value) {
      for (int i = 0; i < bytes; i++) {
        memory.set(ValueLayout.JAVA_BYTE, offset + i, (byte) (value >>> Byte.SIZE * i));
      }
    }
  }

  private record OnDevice(DeviceFrame frame, long address, int bytes) implements Part {
    @Override
    public long load() {
      return frame.load(address, bytes);
    }

    @Override
    public void store(long value) {
      frame.store(address, bytes, value);
    }
  }

  /**
   * Both parts, found at one moment.
   *
   * @param bits how many of the value lie in the lower one
   */
  private record Parts(Part low, Part high, int bits) {
    /** Memory comes first: by what a device does when it is asked, it may become another's. */
    private boolean isUpwards() {
      return low instanceof InMemory || high instanceof OnDevice;
    }

    long load() {
      if (isUpwards()) {
        long lower = low.load();
        return lower | high.load() << bits;
      }
      long upper = high.load();
      return upper << bits | low.load();
    }

    void store(long value) {
      if (isUpwards()) {
        low.store(value);
        high.store(value >>> bits);
      } else {
        high.store(value >>> bits);
        low.store(value);
      }
    }
  }

  private Part find(long address, int bytes) {
    int slot = cpu.translate(translations, address, access);
    return slot == Translations.DEVICE
        ? new OnDevice(translations.device(), address, bytes)
        : new InMemory(translations.memory(slot), translations.offset(slot, address), bytes);
  }

  private Parts findBoth(long address, int bytes) {
    long second = Pages.floor(address + bytes - 1);
    int lower = (int) (second - address);
    while (true) {
      Part low = find(address, lower);
      long generation = cpu.generation();
      Part high = find(second, bytes - lower);
      if (cpu.generation() == generation) { // else the lower page may have been taken away
        return new Parts(low, high, Byte.SIZE * lower);
      }
    }
  }

  /** The value at {@code address}; bits above its length are 0. */
  long load(long address, int bytes) {
    return findBoth(address, bytes).load();
  }

  /** Stores the lower {@code bytes} of {@code value}. */
  void store(long address, int bytes, long value) {
    findBoth(address, bytes).store(value);
  }
}
