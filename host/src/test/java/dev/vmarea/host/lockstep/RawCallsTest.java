// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.abi.DescriptorTable;
import dev.vmarea.abi.MemoryCall;
import dev.vmarea.abi.RawSyscalls;
import dev.vmarea.abi.SyscallAbi;
import dev.vmarea.base.Errno;
import dev.vmarea.base.Profile;
import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.puppet.Puppet;
import dev.vmarea.host.puppet.PuppetException;
import dev.vmarea.host.puppet.PuppetImage;
import dev.vmarea.host.puppet.Puppets;
import dev.vmarea.host.system.HostConfig;
import dev.vmarea.host.system.HostProcessor;
import dev.vmarea.host.system.ProcessInfo;
import dev.vmarea.host.tracing.RemoteMemory;
import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.vma.Vma;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Raw calls with all kinds of registers, noise in the upper halves included, on the model and on a
 * real process: results and maps are equal. {@code -Dvmarea.raw.calls=N} makes more, {@code
 * -Dvmarea.raw.seed=N} others. Skipped, visibly, where puppets cannot be made.
 */
class RawCallsTest {
  private static final int CALLS = Integer.getInteger("vmarea.raw.calls", 6000);
  private static final long SEED =
      Long.getLong("vmarea.raw.seed", System.currentTimeMillis() & 0xffff_ffffL);
  private static final int CALLS_PER_PROCESS = 300;
  private static final long WINDOW = 0x1000_0000L;
  private static final int WINDOW_PAGES = 24;
  private static final long CONSTANTS = 0x2000_0000L;
  private static final long TARGET = 0x2001_0000L;
  private static final long ZERO_WORD = 0x2002_0000L;

  /** Where mincore writes: what it says there is compared elsewhere, so nothing is read there. */
  private static final long VECTOR = 0x2003_0000L;

  private static final int READ_WRITE = 3;
  private static final int FIXED_ANONYMOUS = 0x32;
  private static final long FILE_BYTES = 6 * 4096 + 100;
  private static final int MESSAGES_KEPT = Integer.getInteger("vmarea.raw.kept", 12);

  private static final int[] MAP_FLAGS = {
    0x22, 0x32, 0x21, 0x31, 0x12, 0x11, 0x13, 0x02, 0x01, 0x03, 0x33, 0x100022, 0x100012, 0x8022,
    0x62, 0x122, 0x132, 0, 0x30, 0x28, 0x4022, 0x1022
  };
  private static final int[] ADVICES = {
    0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 14, 15, 16, 17, 18, 19, 26, 99, 104, -1
  };

  /** Not MPOL_MF_STRICT: whether a page is on a wrong node depends on which pages there are. */
  private static final int[] MBIND_FLAGS = {0, 2, 8};

  private static final int[] RESOURCES = {2, 9, 16, 99, -1};
  private static final int[] CONTROLS = {35, 41, 66, 67, 68, 0x53564d41};

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Deque<String> history = new ArrayDeque<>();

  /** The same process twice. */
  private record Pair(
      Puppet puppet, AddressSpace space, Cpu cpu, RawSyscalls raw, DescriptorTable descriptors) {
    long kernel(MemoryCall call, long[] a) throws PuppetException {
      SystemCall number =
          Objects.requireNonNull(
              SyscallNumbers.host().call(SyscallAbi.X86_64.number(call)), call.callName());
      return puppet.call(number, a);
    }

    long model(MemoryCall call, long[] a) {
      int number = SyscallAbi.X86_64.number(call);
      return raw.call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
  }

  @Test
  void everyCallReturnsWhatTheKernelReturns() throws Exception {
    HostConfig host = HostConfig.read();
    if (!Profile.forRelease(host.release()).exact()) {
      abort("this kernel has no profile of its own, so nothing is claimed about it");
    }
    if (HostProcessor.hasProtectionKeys()) {
      abort("this processor has protection keys, which the model does not (docs/fidelity.md)");
    }
    FutureTask<Integer> task = new FutureTask<>(() -> campaign(host));
    Thread.ofPlatform().start(task);
    try {
      System.out.println("raw calls compared: " + task.get() + ", seed " + SEED);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PuppetException refused
          && refused.reason() == PuppetException.Reason.HOST) {
        abort("puppets cannot be made here: " + refused.getMessage());
      }
      throw e;
    }
  }

  private int campaign(HostConfig host) throws Exception {
    int compared = 0;
    try (Puppets puppets = new Puppets()) {
      while (compared < CALLS) {
        Machine machine = new Machine(host.kernel(), Profile.LINUX_6_18);
        try (Template template = Template.of(puppets.start(new PuppetImage()), machine, 0)) {
          compared += process(template);
        }
      }
    }
    return compared;
  }

  private int process(Template template) throws Exception {
    AddressSpace space = template.model();
    space.task().capabilities(capabilities(template.puppet().pid()));
    history.clear();
    DescriptorTable descriptors = new DescriptorTable();
    try (Cpu cpu = space.cpu()) {
      RawSyscalls raw = new RawSyscalls(space, cpu, SyscallAbi.X86_64, descriptors);
      Pair pair = new Pair(template.puppet(), space, cpu, raw, descriptors);
      prepare(pair);
      int compared = 0;
      for (int i = 0; i < CALLS_PER_PROCESS; i++) {
        if (step(pair)) {
          compared++;
        }
      }
      space.verify();
      return compared;
    } finally {
      descriptors.closeAll();
    }
  }

  private static long capabilities(int pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("CapEff:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .findFirst()
        .orElse(0);
  }

  private void prepare(Pair pair) throws Exception {
    for (long at : new long[] {CONSTANTS, TARGET, ZERO_WORD, VECTOR}) {
      same(pair, MemoryCall.MMAP, at, 4096, READ_WRITE, FIXED_ANONYMOUS, -1, 0);
      same(pair, MemoryCall.MADVISE, at, 4096, 15); // no huge pages
    }
    ByteBuffer constants = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    constants.put("a name\0".getBytes(StandardCharsets.ISO_8859_1));
    constants.putLong(64, -1L).putLong(72, -1L); // no limit
    constants.putLong(128, 5).putLong(136, 3); // a soft limit above the hard one
    constants.putLong(192, 1); // a mask: node 0
    constants.putLong(256, WINDOW).putLong(264, 8192); // a range
    constants.putLong(320, WINDOW).putLong(328, -1); // and no range
    Arrays.fill(constants.array(), 384, 384 + 251, (byte) 'n'); // one byte too long
    try (RemoteMemory memory = new RemoteMemory()) {
      assertThat(memory.write(pair.puppet.pid(), CONSTANTS, constants.array())).isTrue();
      assertThat(memory.write(pair.puppet.pid(), ZERO_WORD, new byte[8])).isTrue();
      assertThat(memory.write(pair.puppet.pid(), TARGET, new byte[8])).isTrue();
    }
    pair.cpu.store(CONSTANTS, constants.array(), 0, 4096);
    pair.cpu.storeLong(ZERO_WORD, 0);
    pair.cpu.storeLong(TARGET, 0);
    for (int resource : new int[] {2, 9}) {
      same(pair, MemoryCall.PRLIMIT64, 0, resource, CONSTANTS + 64, 0);
    }
    for (int i = 0; i < 2; i++) {
      int fd = (int) same(pair, MemoryCall.MEMFD_CREATE, CONSTANTS, i == 0 ? 2 : 0);
      assertThat(pair.puppet.call(SystemCall.FTRUNCATE, fd, FILE_BYTES)).isZero();
      Objects.requireNonNull(pair.descriptors.get(fd)).inode().truncate(FILE_BYTES);
    }
  }

  private long same(Pair pair, MemoryCall call, long... arguments) throws Exception {
    long[] a = Arrays.copyOf(arguments, 6);
    long model = pair.model(call, a);
    assertThat(pair.kernel(call, a)).as(text(call, a)).isEqualTo(model);
    return model;
  }

  /** Makes one call on both sides; false if it is none that is handled. */
  private boolean step(Pair pair) throws Exception {
    MemoryCall call = MemoryCall.values()[random.nextInt(MemoryCall.values().length)];
    long[] a = arguments(call);
    if (a == null) {
      return false;
    }
    long model = pair.model(call, a);
    history.add(text(call, a) + " = 0x" + Long.toHexString(model));
    if (history.size() > MESSAGES_KEPT) {
      history.remove();
    }
    if (model == RawSyscalls.NOT_HANDLED) {
      return false;
    }
    long kernel = pair.kernel(call, a);
    assertThat(Long.toHexString(model))
        .as("seed %d, the last calls:%n%s", SEED, String.join("\n", history))
        .isEqualTo(Long.toHexString(kernel));
    afterwards(pair, call, a, kernel);
    compareMaps(pair);
    return true;
  }

  /** Descriptors are closed again; a context's pointer is a word of zeroes again. */
  private void afterwards(Pair pair, MemoryCall call, long[] a, long result) throws Exception {
    boolean opens = call == MemoryCall.MEMFD_CREATE || call == MemoryCall.MEMFD_SECRET;
    if (opens && result >= 0) {
      pair.puppet.call(SystemCall.CLOSE, result);
      pair.descriptors.close((int) result);
    }
    if (call == MemoryCall.IO_SETUP && result == 0) {
      long context = pair.cpu.loadLong(a[1]);
      same(pair, MemoryCall.IO_DESTROY, context);
      pair.puppet.access(a[1], true, (byte) 0);
      try (RemoteMemory memory = new RemoteMemory()) {
        memory.write(pair.puppet.pid(), a[1], new byte[8]);
      }
      pair.cpu.storeLong(a[1], 0);
    }
  }

  private static String text(MemoryCall call, long[] a) {
    return call.callName()
        + Arrays.stream(a)
            .mapToObj(v -> "0x" + Long.toHexString(v))
            .collect(Collectors.joining(", ", "(", ")"));
  }

  /** A register for an int: sometimes with noise above. */
  private long noisy(long value) {
    long upper = (random.nextInt(4) == 0 ? random.nextInt() : 0L) << 32;
    return value & 0xffffffffL | (upper != 0 ? upper : value & 0xffffffff00000000L);
  }

  private long any(int... values) {
    return values[random.nextInt(values.length)];
  }

  private long address() {
    return switch (random.nextInt(16)) {
      case 0 -> 0;
      case 1 -> -4096L;
      case 2 -> 1L << 63;
      case 3 -> 0x7ffffffff000L;
      case 4 -> WINDOW + random.nextInt(WINDOW_PAGES * 4096);
      default -> WINDOW + random.nextInt(WINDOW_PAGES) * 4096L;
    };
  }

  private long length() {
    return switch (random.nextInt(12)) {
      case 0 -> 0;
      case 1 -> -1L;
      case 2 -> 1L << 63;
      case 3 -> 1;
      case 4 -> random.nextInt(20000);
      default -> (1 + random.nextInt(6)) * 4096L;
    };
  }

  private long pointer(int... offsets) {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> 8;
      case 2 -> CONSTANTS + 4092;
      case 3 -> -8L;
      default -> CONSTANTS + any(offsets);
    };
  }

  private long target() {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> -8L;
      case 2 -> TARGET + 4096;
      default -> TARGET;
    };
  }

  private long @Nullable [] arguments(MemoryCall call) {
    long[] a = new long[6];
    for (int i = 0; i < a.length; i++) {
      a[i] = random.nextLong(); // what the call does not take is not looked at
    }
    List<Long> given =
        switch (call) {
          case MMAP ->
              List.of(
                  address(),
                  length(),
                  noisy(random.nextInt(8)),
                  noisy(any(MAP_FLAGS)),
                  noisy(any(0, 1, 7, -1)),
                  random.nextInt(8) == 0 ? random.nextInt(9000) : random.nextInt(8) * 4096L);
          case MUNMAP, MLOCK, MUNLOCK -> List.of(address(), length());
          case MPROTECT -> List.of(address(), length(), noisy(any(0, 1, 3, 5, 7, 8, 16, 1 << 24)));
          case PKEY_MPROTECT -> List.of(address(), length(), noisy(3), noisy(any(-1, 0, 1)));
          case PKEY_ALLOC -> List.of((long) random.nextInt(2), random.nextInt(5) * 1L);
          case PKEY_FREE -> List.of(noisy(any(0, 1, -1)));
          case MREMAP ->
              List.of(address(), length(), length(), noisy(any(0, 1, 3, 5, 7, 8)), address());
          case BRK -> List.of(random.nextInt(4) == 0 ? -1L : 0L);
          case MADVISE -> List.of(address(), length(), noisy(any(ADVICES)));
          case PROCESS_MADVISE ->
              List.of(
                  noisy(any(-10000, -10001, -10002, -1, 77)),
                  pointer(256, 320),
                  noisy(any(0, 1, 2, 1025)),
                  noisy(any(4, 16, 99)),
                  noisy(any(0, 0, 0, 1)));
          case MLOCK2 -> List.of(address(), length(), noisy(any(0, 1, 2)));
          case MLOCKALL -> List.of(noisy(any(0, 4, 8, 2)));
          case MUNLOCKALL -> List.of();
          case MSYNC -> List.of(address(), length(), noisy(any(0, 1, 2, 4, 5, 8)));
          case MINCORE -> List.of(address(), length(), target() - TARGET + VECTOR);
          case MSEAL ->
              random.nextInt(8) == 0 ? List.of(address(), length(), any(0, 1) << 32) : null;
          case MBIND ->
              List.of(
                  address(),
                  length(),
                  noisy(any(0, 1, 2, 3, 4, 5, 7, 1 << 15)),
                  pointer(192, 64),
                  random.nextInt(4) == 0 ? -1L : any(0, 1, 2, 65, 1025),
                  noisy(any(MBIND_FLAGS)));
          case SET_MEMPOLICY_HOME_NODE -> List.of(address(), length(), any(0, 0, 1), any(0, 0, 1));
          case REMAP_FILE_PAGES ->
              List.of(
                  address(),
                  length(),
                  noisy(any(0, 0, 1)),
                  (long) random.nextInt(6),
                  noisy(any(0, 0x10000)));
          case SHMGET -> List.of(0L, any(0, -1) * 1L, noisy(0600 | 01000));
          case SHMCTL -> List.of(noisy(-1), noisy(any(0, 2, 100)), target());
          case SHMAT -> List.of(noisy(-1), address(), noisy(0));
          case SHMDT -> List.of(address());
          case IO_SETUP ->
              List.of(noisy(any(0, 1, 70000, -1)), random.nextInt(3) == 0 ? target() : ZERO_WORD);
          case IO_DESTROY -> List.of(address());
          case MEMFD_CREATE ->
              List.of(pointer(0, 64, 384), noisy(any(0, 1, 2, 8, 16, 24, 0x40, 4 | 3 << 26)));
          case MEMFD_SECRET -> List.of(noisy(any(0, 1, 02000000)));
          case PRCTL -> control();
          case PRLIMIT64 ->
              List.of(
                  noisy(0),
                  noisy(any(RESOURCES)),
                  random.nextBoolean() ? 0 : pointer(64, 128),
                  target());
          case GETRLIMIT -> List.of(noisy(any(RESOURCES)), target());
          case SETRLIMIT -> List.of(noisy(any(RESOURCES)), pointer(64, 128));
          case PERSONALITY -> List.of(noisy(-1));
        };
    if (given == null) {
      return null;
    }
    for (int i = 0; i < given.size(); i++) {
      a[i] = given.get(i);
    }
    return a;
  }

  private List<Long> control() {
    int option = (int) any(CONTROLS);
    return switch (option) {
      case 35 -> List.of(noisy(option), noisy(any(15, 14, 99)), target(), any(0, 1), any(0, 0, 1));
      case 0x53564d41 -> List.of(noisy(option), any(0, 0, 1), address(), length(), pointer(0, 384));
      default -> List.of(noisy(option), any(0, 0, 1), any(0, 0, 1), 0L, any(0, 0, 0, 1));
    };
  }

  private void compareMaps(Pair pair) throws Exception {
    MapsText text = new MapsText(MapsLayout.NONE);
    for (Vma vma : pair.space.vmas()) {
      text.add(vma);
    }
    String model = new String(text.toBytes(), StandardCharsets.ISO_8859_1);
    String kernel =
        new String(ProcessInfo.maps(pair.puppet.pid(), true), StandardCharsets.ISO_8859_1);
    assertThat(areas(model))
        .as("seed %d, the last calls:%n%s", SEED, String.join("\n", history))
        .isEqualTo(areas(kernel));
  }

  /** Ranges, permissions and offsets; devices and inodes of memfds are the kernel's own. */
  private static String areas(String maps) {
    return maps.lines()
        .filter(line -> !line.contains("[vsyscall]"))
        .map(line -> Arrays.stream(line.split(" ")).limit(3).collect(Collectors.joining(" ")))
        .collect(Collectors.joining("\n"));
  }

  /** Not an error, said here since the tests above compare nothing else with it. */
  @Test
  void whatIsNotHandledIsNoResultOfTheKernel() {
    assertThat(Errno.isError(RawSyscalls.NOT_HANDLED)).isFalse();
  }
}
