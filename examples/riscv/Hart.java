// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.Cpu;

/**
 * A RISC-V hardware thread: the instructions of RV64I and M, on memory of an address space. An
 * access that Linux answers with a signal leaves through {@link #run} as a {@code MemoryFault},
 * with {@link #pc} still at the instruction.
 */
final class Hart {
  private static final int STACK_POINTER = 2;

  private final Cpu memory;
  private final SystemCall calls;
  private final long[] x = new long[32];
  private long pc;
  private long retired;

  /** What {@code ecall} does. */
  interface SystemCall {
    /** Whether the program goes on. */
    boolean make(Hart caller);
  }

  Hart(Cpu memory, SystemCall calls, long entry, long stackPointer) {
    this.memory = memory;
    this.calls = calls;
    this.pc = entry;
    x[STACK_POINTER] = stackPointer;
  }

  long register(int number) {
    return x[number];
  }

  void register(int number, long value) {
    x[number] = value;
  }

  /** Address of the instruction to be executed next, or of the one that faulted. */
  long pc() {
    return pc;
  }

  /** Instructions executed. */
  long retired() {
    return retired;
  }

  /** Runs until a system call ends the program. */
  void run() {
    boolean goesOn = true;
    while (goesOn) {
      goesOn = step(fetch());
      x[0] = 0;
      retired++;
    }
  }

  /** The one place where instructions are read. */
  private int fetch() {
    return memory.fetchInt(pc);
  }

  private boolean step(int i) {
    int rd = i >>> 7 & 31;
    long a = x[i >>> 15 & 31];
    long b = x[i >>> 20 & 31];
    int function = i >>> 12 & 7;
    long next = pc + 4;
    switch (i & 0x7f) {
      case 0x37 -> x[rd] = i & 0xfffff000; // lui
      case 0x17 -> x[rd] = pc + (i & 0xfffff000); // auipc
      case 0x6f -> { // jal
        x[rd] = next;
        next = pc + jumpOffset(i);
      }
      case 0x67 -> { // jalr
        next = a + (i >> 20) & -2;
        x[rd] = pc + 4;
      }
      case 0x63 -> next = branches(function, a, b, i) ? pc + branchOffset(i) : next;
      case 0x03 -> x[rd] = load(function, a + (i >> 20), i);
      case 0x23 -> store(function, a + (i >> 25 << 5 | rd), b, i);
      case 0x13 -> x[rd] = immediate(function, a, i >> 20, i);
      case 0x1b -> x[rd] = immediateWord(function, (int) a, i >> 20, i);
      case 0x33 ->
          x[rd] = i >>> 25 == 1 ? multiply(function, a, b) : operate(function, a, b, i >>> 25, i);
      case 0x3b ->
          x[rd] =
              i >>> 25 == 1
                  ? multiplyWord(function, (int) a, (int) b, i)
                  : operateWord(function, (int) a, (int) b, i >>> 25, i);
      case 0x0f -> {} // fence: one hart, in order
      case 0x73 -> {
        if (i != 0x73) {
          throw illegal(i);
        }
        if (!calls.make(this)) {
          return false;
        }
      }
      default -> throw illegal(i);
    }
    pc = next;
    return true;
  }

  private IllegalStateException illegal(int instruction) {
    return new IllegalStateException(
        String.format("illegal instruction 0x%08x at 0x%x", instruction, pc));
  }

  private static int jumpOffset(int i) {
    return i >> 31 << 20 | i & 0xff000 | i >>> 9 & 0x800 | i >>> 20 & 0x7fe;
  }

  private static int branchOffset(int i) {
    return i >> 31 << 12 | i << 4 & 0x800 | i >>> 20 & 0x7e0 | i >>> 7 & 0x1e;
  }

  private boolean branches(int function, long a, long b, int i) {
    return switch (function) {
      case 0 -> a == b;
      case 1 -> a != b;
      case 4 -> a < b;
      case 5 -> a >= b;
      case 6 -> Long.compareUnsigned(a, b) < 0;
      case 7 -> Long.compareUnsigned(a, b) >= 0;
      default -> throw illegal(i);
    };
  }

  private long load(int function, long address, int i) {
    return switch (function) {
      case 0 -> memory.loadByte(address);
      case 1 -> memory.loadShort(address);
      case 2 -> memory.loadInt(address);
      case 3 -> memory.loadLong(address);
      case 4 -> memory.loadByte(address) & 0xff;
      case 5 -> memory.loadShort(address) & 0xffff;
      case 6 -> memory.loadInt(address) & 0xffffffffL;
      default -> throw illegal(i);
    };
  }

  private void store(int function, long address, long value, int i) {
    switch (function) {
      case 0 -> memory.storeByte(address, (byte) value);
      case 1 -> memory.storeShort(address, (short) value);
      case 2 -> memory.storeInt(address, (int) value);
      case 3 -> memory.storeLong(address, value);
      default -> throw illegal(i);
    }
  }

  private long immediate(int function, long a, int value, int i) {
    return switch (function) {
      case 0 -> a + value;
      case 1 -> a << (value & 63);
      case 2 -> a < value ? 1 : 0;
      case 3 -> Long.compareUnsigned(a, value) < 0 ? 1 : 0;
      case 4 -> a ^ value;
      case 5 -> (i & 1 << 30) != 0 ? a >> (value & 63) : a >>> (value & 63);
      case 6 -> a | value;
      default -> a & value;
    };
  }

  private long immediateWord(int function, int a, int value, int i) {
    return switch (function) {
      case 0 -> a + value;
      case 1 -> a << value;
      case 5 -> (i & 1 << 30) != 0 ? a >> value : a >>> value;
      default -> throw illegal(i);
    };
  }

  private long operate(int function, long a, long b, int variant, int i) {
    boolean other = variant == 0x20;
    if (variant != 0 && !(other && (function == 0 || function == 5))) {
      throw illegal(i);
    }
    return switch (function) {
      case 0 -> other ? a - b : a + b;
      case 1 -> a << b;
      case 2 -> a < b ? 1 : 0;
      case 3 -> Long.compareUnsigned(a, b) < 0 ? 1 : 0;
      case 4 -> a ^ b;
      case 5 -> other ? a >> b : a >>> b;
      case 6 -> a | b;
      default -> a & b;
    };
  }

  private long operateWord(int function, int a, int b, int variant, int i) {
    boolean other = variant == 0x20;
    if (variant != 0 && !other) {
      throw illegal(i);
    }
    return switch (function) {
      case 0 -> other ? a - b : a + b;
      case 1 -> a << b;
      case 5 -> other ? a >> b : a >>> b;
      default -> throw illegal(i);
    };
  }

  /** Division by zero and overflow have results here, no traps. */
  private static long multiply(int function, long a, long b) {
    return switch (function) {
      case 0 -> a * b;
      case 1 -> Math.multiplyHigh(a, b);
      case 2 -> Math.multiplyHigh(a, b) + (b < 0 ? a : 0);
      case 3 -> Math.unsignedMultiplyHigh(a, b);
      case 4 -> b == 0 ? -1 : a / b;
      case 5 -> b == 0 ? -1 : Long.divideUnsigned(a, b);
      case 6 -> b == 0 ? a : a % b;
      default -> b == 0 ? a : Long.remainderUnsigned(a, b);
    };
  }

  private long multiplyWord(int function, int a, int b, int i) {
    return switch (function) {
      case 0 -> a * b;
      case 4 -> b == 0 ? -1 : a / b;
      case 5 -> b == 0 ? -1 : Integer.divideUnsigned(a, b);
      case 6 -> b == 0 ? a : a % b;
      case 7 -> b == 0 ? a : Integer.remainderUnsigned(a, b);
      default -> throw illegal(i);
    };
  }
}
