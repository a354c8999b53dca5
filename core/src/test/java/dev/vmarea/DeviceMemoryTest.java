// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.memory.DeviceMemory;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mapped device registers: who is asked for what, in which order, and when nobody is. */
class DeviceMemoryTest {
  private static final long PAGES = 4;
  private static final PfnRange FRAMES =
      new PfnRange(TestDevice.FIRST_PFN, TestDevice.FIRST_PFN + PAGES);
  private static final int OWN_SLOT = 1024; // pages that a place in the translations is shared by

  private final HookLab lab = new HookLab(Profile.SETTLED);
  private final PhysicalMemory memory = lab.machine.kernel().memory();
  private final Syscalls calls = lab.space.syscalls();
  private final Registers device = new Registers(Pages.bytes(PAGES));
  private Cpu cpu;

  @BeforeEach
  void begin() {
    cpu = lab.space.cpu();
    memory.attach(FRAMES, device);
  }

  @AfterEach
  void nothingIsLeft() {
    cpu.close();
    lab.space.verify();
    lab.space.exit();
    lab.machine.verify();
    assertThat(memory.allocatedPages()).as("pages left").isLessThanOrEqualTo(1); // of zeroes
  }

  private static OpenFile file() {
    return new TestDevice(TestDevice.Kind.REMAP).open();
  }

  /** The registers are pages 0 to 3. */
  private void map() {
    assertThat(lab.shared(file(), 0, PAGES)).isEqualTo(lab.at(0));
  }

  private long register(long offset) {
    return lab.at(0) + offset;
  }

  private void protect(int protection) {
    assertThat(calls.mprotect(lab.at(0), Pages.bytes(PAGES), protection)).isZero();
  }

  private static void faults(MemoryFault.Cause cause, long address, Runnable access) {
    CpuLab.faults(cause, address, access);
  }

  @Test
  void registersDoWhatTheyDo() {
    map();
    cpu.storeInt(register(Registers.DOORBELL), 1);
    cpu.storeByte(register(Registers.DOORBELL), (byte) 1);
    assertThat(device.rung).isEqualTo(2);
    device.status = 0x80000007;
    assertThat(cpu.loadInt(register(Registers.STATUS))).isEqualTo(0x80000007);
    assertThat(cpu.loadInt(register(Registers.STATUS))).as("read to clear").isZero();
  }

  @Test
  void anAccessIsOneOfItsWidth() {
    map();
    cpu.storeLong(register(0x1000), 0x8877665544332211L);
    cpu.storeInt(register(0x1008), 0xccbbaa99);
    cpu.storeShort(register(0x100c), (short) 0xeedd);
    cpu.storeByte(register(0x100e), (byte) 0xff);
    assertThat(device.asked())
        .containsExactly(
            "store 1000 8 8877665544332211",
            "store 1008 4 ccbbaa99",
            "store 100c 2 eedd",
            "store 100e 1 ff");
    assertThat(cpu.loadLong(register(0x1008))).isEqualTo(0x00ffeeddccbbaa99L);
    assertThat(cpu.loadInt(register(0x1000))).isEqualTo(0x44332211);
    assertThat(cpu.loadShort(register(0x1006))).isEqualTo((short) 0x8877);
    assertThat(cpu.loadByte(register(0x1007))).isEqualTo((byte) 0x88);
    assertThat(device.asked())
        .containsExactly("load 1008 8", "load 1000 4", "load 1006 2", "load 1007 1");
  }

  @Test
  void whatIsNotAlignedIsSeveralAccesses() {
    map();
    device.bytes.write(0, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    assertThat(cpu.loadLong(register(3))).isEqualTo(0x0a09080706050403L);
    assertThat(device.asked()).containsExactly("load 3 1", "load 4 4", "load 8 2", "load a 1");
    cpu.storeInt(register(1), 0x44434241);
    assertThat(device.asked()).containsExactly("store 1 1 41", "store 2 2 4342", "store 4 1 44");
  }

  /** What a device says above the length of an access must not get into the rest of a value. */
  @Test
  void bitsAboveTheLengthAreNobodys() {
    map();
    memory.detach(FRAMES);
    memory.attach(FRAMES, new Answering(-1));
    assertThat(cpu.loadLong(register(4))).isEqualTo(-1);
    memory.detach(FRAMES);
    memory.attach(FRAMES, new Answering(0xff01020304L));
    assertThat(cpu.loadLong(register(4))).isEqualTo(0x0102030401020304L);
    assertThat(cpu.loadLong(register(Pages.SIZE - 4))).isEqualTo(0x0102030401020304L);
    assertThat(cpu.loadByte(register(0))).isEqualTo((byte) 4);
  }

  private record Answering(long value) implements DeviceMemory {
    @Override
    public long load(long offset, int bytes) {
      return value;
    }

    @Override
    public void store(long offset, int bytes, long stored) {
      throw new AssertionError("a store to " + offset);
    }
  }

  @Test
  void acrossPagesOfTheDevice() {
    map();
    cpu.storeLong(register(0xffd), 0x8877665544332211L);
    assertThat(device.asked())
        .containsExactly(
            "store ffd 1 11", "store ffe 2 3322", "store 1000 4 77665544", "store 1004 1 88");
    assertThat(cpu.loadLong(register(0xffd))).isEqualTo(0x8877665544332211L);
    assertThat(cpu.loadInt(register(0xffe))).isEqualTo(0x55443322);
    assertThat(cpu.loadShort(register(0xfff))).isEqualTo((short) 0x4433);
  }

  @Test
  void acrossMemoryAndDevice() {
    map();
    lab.anonymous(PAGES, PAGES + 1);
    long end = register(Pages.bytes(PAGES));
    cpu.storeLong(end - 4, 0x8877665544332211L);
    assertThat(device.asked()).containsExactly("store 3ffc 4 44332211");
    assertThat(cpu.loadInt(end)).isEqualTo(0x88776655);
    assertThat(cpu.loadLong(end - 4)).isEqualTo(0x8877665544332211L);
    assertThat(device.asked()).containsExactly("load 3ffc 4");
  }

  @Test
  void acrossDeviceAndMemoryBelowIt() {
    lab.anonymous(8, 9);
    assertThat(lab.shared(file(), 9, 10)).isEqualTo(lab.at(9));
    memory.attach(new PfnRange(TestDevice.FIRST_PFN + 9, TestDevice.FIRST_PFN + 10), device);
    cpu.storeLong(lab.at(9) - 2, 0x8877665544332211L);
    assertThat(device.asked()).containsExactly("store 0 4 66554433", "store 4 2 8877");
    assertThat(cpu.loadLong(lab.at(9) - 2)).isEqualTo(0x8877665544332211L);
    assertThat(cpu.loadShort(lab.at(9) - 2)).isEqualTo((short) 0x2211);
  }

  /** Also loads: a register may be read only once. */
  @Test
  void acrossPagesAllOrNothing() {
    map();
    long hole = register(Pages.bytes(PAGES));
    faults(MemoryFault.Cause.MAPERR, hole, () -> cpu.storeLong(hole - 4, -1));
    faults(MemoryFault.Cause.MAPERR, hole, () -> cpu.loadLong(hole - 4));
    assertThat(device.asked()).isEmpty();
    memory.detach(FRAMES);
    memory.attach(new PfnRange(FRAMES.start(), FRAMES.start() + 1), device);
    faults(MemoryFault.Cause.BUS, register(0x1000), () -> cpu.storeLong(register(0xffc), -1));
    faults(MemoryFault.Cause.BUS, register(0x1000), () -> cpu.loadLong(register(0xffc)));
    assertThat(device.asked()).isEmpty();
  }

  @Test
  void fetches() {
    map();
    device.bytes.write(0xffe, new byte[] {0x13, 0x05, 0x10, 0x00});
    faults(MemoryFault.Cause.ACCERR, register(0), () -> cpu.fetchInt(register(0)));
    protect(Prot.READ | Prot.EXEC);
    assertThat(cpu.fetchInt(register(0xffe))).isEqualTo(0x00100513);
    assertThat(cpu.fetchShort(register(0xffe))).isEqualTo((short) 0x0513);
    assertThat(cpu.fetchInt(register(0xffc))).isEqualTo(0x05130000);
    assertThat(cpu.fetchByte(register(0x1000))).isEqualTo((byte) 0x10);
    assertThat(device.asked())
        .containsExactly("load ffe 2", "load 1000 2", "load ffe 2", "load ffc 4", "load 1000 1");
  }

  @Test
  void rangesGoInOrderByTheLongestAlignedAccesses() {
    map();
    byte[] bytes = new byte[19];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i + 1);
    }
    cpu.store(register(0xffb), bytes, 0, bytes.length);
    assertThat(device.asked())
        .containsExactly(
            "store ffb 1 1",
            "store ffc 4 5040302",
            "store 1000 8 d0c0b0a09080706",
            "store 1008 4 11100f0e",
            "store 100c 2 1312");
    byte[] loaded = new byte[19];
    cpu.load(register(0xffb), loaded, 0, loaded.length);
    assertThat(loaded).isEqualTo(bytes);
    assertThat(device.asked())
        .containsExactly("load ffb 1", "load ffc 4", "load 1000 8", "load 1008 4", "load 100c 2");
    cpu.fill(register(0x2006), 11, (byte) 0xa5);
    assertThat(device.asked())
        .containsExactly("store 2006 2 a5a5", "store 2008 8 a5a5a5a5a5a5a5a5", "store 2010 1 a5");
  }

  @Test
  void aRangeIsDoneUpToThePageThatFaults() {
    map();
    long hole = register(Pages.bytes(PAGES));
    byte[] bytes = new byte[16];
    faults(MemoryFault.Cause.MAPERR, hole, () -> cpu.store(hole - 8, bytes, 0, 16));
    assertThat(device.asked()).containsExactly("store 3ff8 8 0");
  }

  @Test
  void copiesBetweenMemoryAndDevice() {
    map();
    lab.anonymous(8, 9);
    long ram = lab.at(8);
    cpu.storeLong(ram + 3, 0x8877665544332211L);
    cpu.copy(ram + 3, register(0x10), 8);
    assertThat(device.asked()).as("as the device is aligned").hasSize(1);
    cpu.copy(register(0x10), ram + 101, 7);
    assertThat(device.asked()).containsExactly("load 10 4", "load 14 2", "load 16 1");
    assertThat(cpu.loadLong(ram + 101)).isEqualTo(0x0077665544332211L);
    device.bytes.write(0x20, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    cpu.copy(register(0x20), register(0x24), 12); // overlaps: from above
    assertThat(device.asked())
        .containsExactly(
            "load 28 4",
            "store 2c 4 c0b0a09",
            "load 24 4",
            "store 28 4 8070605",
            "load 20 4",
            "store 24 4 4030201");
    byte[] moved = new byte[16];
    device.bytes.read(0x20, moved);
    assertThat(moved).containsExactly(1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    cpu.copy(register(0x24), register(0x22), 5); // from below
    device.bytes.read(0x20, moved);
    assertThat(moved).containsExactly(1, 2, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  }

  /** What cannot be written anywhere is not taken out of the device. */
  @Test
  void aCopyThatCannotBeWrittenReadsNothing() {
    map();
    lab.anonymous(8, 9);
    assertThat(calls.mprotect(lab.at(8), Pages.SIZE, Prot.READ)).isZero();
    device.status = 5;
    faults(
        MemoryFault.Cause.ACCERR,
        lab.at(8),
        () -> cpu.copy(register(Registers.STATUS), lab.at(8), 4));
    assertThat(device.asked()).isEmpty();
    assertThat(device.status).isEqualTo(5);
  }

  @Test
  void nothingBehindAStringIsRead() {
    map();
    device.bytes.write(0xffd, new byte[] {'a', 'b', 'c', 'd', 'e', 0, 'f'});
    assertThat(cpu.loadString(register(0xffd), 100)).containsExactly('a', 'b', 'c', 'd', 'e');
    assertThat(device.asked()).hasSize(6).endsWith("load 1002 1");
    assertThat(cpu.loadString(register(0xffd), 2)).containsExactly('a', 'b');
  }

  @Test
  void protectionComesBeforeTheDevice() {
    map();
    protect(Prot.READ);
    faults(MemoryFault.Cause.ACCERR, register(8), () -> cpu.storeInt(register(8), 1));
    assertThat(cpu.loadInt(register(8))).isZero();
    assertThat(device.asked()).containsExactly("load 8 4");
    protect(Prot.NONE);
    faults(MemoryFault.Cause.ACCERR, register(8), () -> cpu.loadInt(register(8)));
    assertThat(device.asked()).isEmpty();
    protect(Prot.READ | Prot.WRITE);
    cpu.storeInt(register(8), 1);
    assertThat(device.asked()).containsExactly("store 8 4 1");
  }

  @Test
  void accessesAreNotedInTheEntry() {
    map();
    long bits = PageProtection.ACCESSED | PageProtection.DIRTY;
    cpu.loadInt(register(0));
    assertThat(lab.entry(0) & bits).isEqualTo(PageProtection.ACCESSED);
    cpu.storeInt(register(0), 1);
    assertThat(lab.entry(0) & bits).isEqualTo(bits);
    assertThat(lab.pfn(0)).isEqualTo(TestDevice.FIRST_PFN);
  }

  @Test
  void withoutADeviceThereIsNobody() {
    map();
    cpu.storeInt(register(4), 3);
    memory.detach(FRAMES);
    faults(MemoryFault.Cause.BUS, register(4), () -> cpu.loadInt(register(4)));
    faults(MemoryFault.Cause.BUS, register(4), () -> cpu.storeByte(register(4), (byte) 1));
    faults(MemoryFault.Cause.BUS, register(4), () -> cpu.fill(register(4), 9, (byte) 1));
    assertThat(device.asked()).hasSize(1);
    memory.attach(FRAMES, device);
    assertThat(cpu.loadInt(register(4))).as("mapped before it was attached").isEqualTo(3);
  }

  /** A device in the hole below 1 MiB shares 4 MiB with RAM that has contents. */
  @Test
  void devicesBesideMemory() {
    OpenFile file = HookLab.prepared(d -> d.remapFull(PhysicalMemory.ISA_START));
    lab.anonymous(8, 9);
    cpu.storeInt(lab.at(8), 1); // the first frame that can be had
    assertThat(lab.pfn(8)).isEqualTo(PhysicalMemory.ISA_END);
    assertThat(lab.shared(file, 0, 1)).isEqualTo(lab.at(0));
    faults(MemoryFault.Cause.BUS, register(0), () -> cpu.loadInt(register(0)));
    PfnRange frame = new PfnRange(PhysicalMemory.ISA_START, PhysicalMemory.ISA_START + 1);
    memory.attach(frame, device);
    cpu.storeInt(register(0), 5);
    assertThat(device.asked()).containsExactly("store 0 4 5");
  }

  /** Pages of devices take no place from others, and get none. */
  @Test
  void memoryInTheSamePlaceOfTheTranslations() {
    map();
    lab.anonymous(OWN_SLOT, OWN_SLOT + 1);
    for (int i = 0; i < 3; i++) {
      cpu.storeInt(lab.at(OWN_SLOT), 100 + i);
      cpu.storeInt(lab.at(0), i);
      assertThat(cpu.loadInt(lab.at(OWN_SLOT))).isEqualTo(100 + i);
      assertThat(cpu.loadInt(lab.at(0))).isEqualTo(i);
    }
    assertThat(device.asked()).hasSize(6);
  }

  @Test
  void aPrivateMappingIsCopiedByTheFirstWrite() {
    assertThat(lab.privately(file(), 0, 1)).isEqualTo(lab.at(0));
    byte[] registers = new byte[(int) Pages.SIZE];
    for (int i = 0; i < registers.length; i++) {
      registers[i] = (byte) (i * 7);
    }
    device.bytes.write(0, registers);
    device.status = 0x31302f2e;
    assertThat(cpu.loadByte(register(1))).isEqualTo((byte) 7);
    assertThat(device.asked()).containsExactly("load 1 1");
    cpu.storeInt(register(0x100), 5);
    assertThat(device.asked()).as("all of it, by words").hasSize(512).contains("load ff8 8");
    assertThat(device.status).as("reading has its effects").isZero();
    byte[] copied = new byte[(int) Pages.SIZE];
    cpu.load(register(0), copied, 0, copied.length);
    assertThat(device.asked()).as("the copy is memory").isEmpty();
    byte[] unchanged = new byte[(int) Pages.SIZE];
    device.bytes.read(0, unchanged);
    assertThat(unchanged).isEqualTo(registers);
    registers[0x100] = 5;
    registers[0x101] = 0;
    registers[0x102] = 0;
    registers[0x103] = 0;
    for (int i = 0; i < 8; i++) { // the status, read by 8 bytes
      registers[(int) Registers.STATUS + i] = (byte) (i < 4 ? 0x2e + i : 0);
    }
    assertThat(copied).isEqualTo(registers);
    assertThat(lab.pfn(0)).isNotEqualTo(TestDevice.FIRST_PFN);
  }

  @Test
  void aPrivateMappingOfNobodyCannotBeCopied() {
    assertThat(lab.privately(file(), 0, 1)).isEqualTo(lab.at(0));
    memory.detach(FRAMES);
    faults(MemoryFault.Cause.BUS, register(0), () -> cpu.storeInt(register(0), 1));
  }

  /** The exception is the caller's, and no page is lost by it. */
  @Test
  void aDeviceThatThrows() {
    assertThat(lab.privately(file(), 0, 1)).isEqualTo(lab.at(0));
    memory.detach(FRAMES);
    memory.attach(FRAMES, new Broken());
    long before = memory.allocatedPages();
    assertThatThrownBy(() -> cpu.loadInt(register(0))).hasMessage("load");
    assertThatThrownBy(() -> cpu.storeInt(register(0), 1)).hasMessage("load");
    assertThat(memory.allocatedPages()).isEqualTo(before);
    assertThat(lab.pfn(0)).isEqualTo(TestDevice.FIRST_PFN);
    lab.space.verify();
  }

  private static final class Broken implements DeviceMemory {
    @Override
    public long load(long offset, int bytes) {
      throw new UnsupportedOperationException("load");
    }

    @Override
    public void store(long offset, int bytes, long value) {
      throw new UnsupportedOperationException("store");
    }
  }

  @Test
  void noAtomicOperations() {
    map();
    Atomics atomics = cpu.atomics();
    long at = register(0x10);
    faults(MemoryFault.Cause.BUS, at, () -> atomics.getAndAddLong(at, 1));
    faults(MemoryFault.Cause.BUS, at, () -> atomics.compareAndSetInt(at, 0, 1));
    faults(MemoryFault.Cause.BUS, at, () -> atomics.getAndSetByte(at, (byte) 1));
    faults(MemoryFault.Cause.BUS, at, () -> atomics.loadAcquireShort(at));
    faults(MemoryFault.Cause.BUS, at, () -> atomics.storeReleaseInt(at, 1));
    faults(MemoryFault.Cause.ALIGNMENT, at + 1, () -> atomics.loadAcquireShort(at + 1));
    assertThat(device.asked()).isEmpty();
  }

  @Test
  void noPins() {
    map();
    for (boolean write : new boolean[] {false, true}) {
      assertThatThrownBy(() -> lab.space.pin(lab.at(0), 8, write))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT));
    }
    assertThat(device.asked()).isEmpty();
  }

  /** Answers faults with frames of the device, 2 MiB at once where it may. */
  private record Faulting(boolean huge) implements VmOperations {
    @Override
    public boolean hasFault() {
      return true;
    }

    @Override
    public FaultContext.Result fault(FaultContext fault) {
      return fault.insertPfn(TestDevice.FIRST_PFN + fault.pgoff());
    }

    @Override
    public FaultContext.Result hugeFault(FaultContext fault, int level) {
      return huge && level == 1
          ? fault.insertHuge(1, TestDevice.FIRST_PFN)
          : FaultContext.Result.FALLBACK;
    }
  }

  private static OpenFile faulting(long flags, boolean huge) {
    return HookLab.prepared(descriptor -> {
      descriptor.vmFlags(descriptor.vmFlags() | flags);
      descriptor.vmOps(new Faulting(huge));
    });
  }

  @Test
  void entriesThatFaultsMakeSmallAndHuge() {
    assertThat(lab.shared(faulting(VmFlags.PFNMAP, false), 0, 4)).isEqualTo(lab.at(0));
    cpu.storeInt(register(0x2004), 5);
    assertThat(device.asked()).containsExactly("store 2004 4 5");
    assertThat(lab.entry(1)).as("only one page").isZero();
    assertThat(calls.munmap(lab.at(0), Pages.bytes(4))).isZero();
    assertThat(lab.shared(faulting(VmFlags.PFNMAP, true), 0, 512)).isEqualTo(lab.at(0));
    assertThat(cpu.loadInt(register(0x2004))).isEqualTo(5);
    assertThat(lab.space.pageTables().entryLevel(lab.at(2))).isOne();
    assertThat(device.asked()).containsExactly("load 2004 4");
    faults(MemoryFault.Cause.BUS, lab.at(4), () -> cpu.loadInt(lab.at(4))); // no more frames
  }

  /** A pin for writing is of the copy, as on Linux; the device's frame itself is no page. */
  @Test
  void pinsOfAMixedMapping() throws Exception {
    OpenFile file = faulting(VmFlags.MIXEDMAP, false);
    assertThat(lab.privately(file, 0, 2)).isEqualTo(lab.at(0));
    device.bytes.store(8, 8, 77);
    assertThatThrownBy(() -> lab.space.pin(lab.at(0), 16, false))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT));
    assertThat(device.asked()).isEmpty();
    try (PinnedRange range = lab.space.pin(lab.at(0), 16, true)) {
      assertThat(range.buffers().getFirst().getLong(8)).isEqualTo(77);
    }
    assertThat(lab.pfn(0)).isNotEqualTo(TestDevice.FIRST_PFN);
  }

  @Test
  void theKernelStoresThereToo() {
    map();
    lab.anonymous(8, 13);
    cpu.storeByte(lab.at(9), (byte) 1);
    assertThat(calls.mincore(lab.at(8), Pages.bytes(5), register(0xffd))).isZero();
    assertThat(device.asked()).containsExactly("store ffd 1 0", "store ffe 2 1", "store 1000 2 0");
    memory.detach(FRAMES);
    assertThat(calls.mincore(lab.at(8), Pages.bytes(5), register(0xffd)))
        .as("into nothing, as before")
        .isZero();
  }

  /** Nobody can reach a device through a mapping that munmap has taken away. */
  @Test
  @Timeout(60)
  void munmapWaitsForAnAccessUnderWay() throws Exception {
    map();
    cpu.close(); // nobody is to wait for this one
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    AtomicBoolean unmapped = new AtomicBoolean();
    AtomicBoolean late = new AtomicBoolean();
    memory.detach(FRAMES);
    memory.attach(FRAMES, new Slow(entered, released, unmapped, late));
    AtomicReference<Object> outcome = new AtomicReference<>("none");
    Thread accessor =
        Thread.ofPlatform()
            .start(() -> {
              try (Cpu own = lab.space.cpu()) {
                own.storeInt(register(0), 1);
                own.loadInt(register(0));
              } catch (MemoryFault fault) {
                outcome.set(fault.reason());
              }
            });
    entered.await();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              calls.munmap(lab.at(0), Pages.bytes(PAGES));
              unmapped.set(true);
            });
    caller.join(200);
    assertThat(unmapped).as("the store has not ended").isFalse();
    released.countDown();
    accessor.join();
    caller.join();
    assertThat(unmapped).isTrue();
    assertThat(late).as("asked after munmap").isFalse();
    assertThat(outcome.get()).isEqualTo(MemoryFault.Cause.MAPERR);
  }

  private record Slow(
      CountDownLatch entered, CountDownLatch released, AtomicBoolean unmapped, AtomicBoolean late)
      implements DeviceMemory {
    @Override
    public long load(long offset, int bytes) {
      late.compareAndSet(false, unmapped.get());
      return 0;
    }

    @Override
    public void store(long offset, int bytes, long value) {
      entered.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      late.compareAndSet(false, unmapped.get());
    }
  }

  /** Many times, across two pages of which the lower one goes: all or nothing, and never late. */
  @Test
  @Timeout(60)
  void neverReachedAfterMunmap() throws Exception {
    AtomicInteger mapped = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    AtomicInteger stores = new AtomicInteger();
    memory.detach(FRAMES);
    memory.attach(FRAMES, new Watching(mapped, wrong, stores));
    AtomicBoolean stop = new AtomicBoolean();
    Thread accessor =
        Thread.ofPlatform()
            .start(() -> {
              try (Cpu own = lab.space.cpu()) {
                for (int i = 0; !stop.get(); i++) {
                  try {
                    own.storeLong(register(i % 2 == 0 ? 0xffc : 0x10), -1);
                  } catch (MemoryFault hole) {
                    Thread.onSpinWait();
                  }
                }
              }
            });
    for (int i = 0; i < 3000; i++) {
      mapped.set(1);
      map();
      while (i % 4 == 0 && stores.getAndSet(0) == 0) {
        Thread.onSpinWait();
      }
      calls.munmap(lab.at(0), i % 3 == 0 ? Pages.SIZE : Pages.bytes(PAGES));
      mapped.set(0);
      calls.munmap(lab.at(0), Pages.bytes(PAGES));
      cpu.checkpoint();
    }
    stop.set(true);
    accessor.join();
    assertThat(wrong).hasValue(0);
  }

  private record Watching(AtomicInteger mapped, AtomicInteger wrong, AtomicInteger stores)
      implements DeviceMemory {
    @Override
    public long load(long offset, int bytes) {
      return 0;
    }

    @Override
    public void store(long offset, int bytes, long value) {
      stores.incrementAndGet();
      if (offset < Pages.SIZE && mapped.get() == 0) {
        wrong.incrementAndGet();
      }
    }
  }
}
