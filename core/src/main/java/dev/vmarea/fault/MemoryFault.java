// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

/**
 * An access that Linux answers with a signal: which, why, and at which address, as in {@code
 * siginfo_t}.
 */
public final class MemoryFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, with signal and code as Linux numbers them. */
  public enum Cause {
    /** Nothing is mapped there. */
    MAPERR(11, 1, "SIGSEGV, SEGV_MAPERR"),
    /** What is mapped there does not allow the access. */
    ACCERR(11, 2, "SIGSEGV, SEGV_ACCERR"),
    /**
     * A mapping without contents there: beyond the end of the file, or a hole of a device. Also an
     * atomic operation on device memory.
     */
    BUS(7, 2, "SIGBUS, BUS_ADRERR"),
    /** An atomic operation on what is not aligned. */
    ALIGNMENT(7, 1, "SIGBUS, BUS_ADRALN"),
    /** No address at all. */
    NOT_CANONICAL(11, 128, "SIGSEGV, SI_KERNEL"),
    /** Memory has run out; Linux would end some process. */
    OUT_OF_MEMORY(9, 0, "out of memory");

    private final int signal;
    private final int code;
    private final String text;

    Cause(int signal, int code, String text) {
      this.signal = signal;
      this.code = code;
      this.text = text;
    }

    /** The signal's number on x86-64. */
    public int signal() {
      return signal;
    }

    /** si_code. */
    public int code() {
      return code;
    }
  }

  private final Cause reason;
  private final long address;

  /** A fault at {@code address} (bytes). */
  public MemoryFault(Cause reason, long address) {
    super(reason.text + " at 0x" + Long.toHexString(address), null, false, false);
    this.reason = reason;
    this.address = address;
  }

  /** Why. */
  public Cause reason() {
    return reason;
  }

  /** si_addr: the byte that was touched; 0 where Linux tells none. */
  public long address() {
    return reason == Cause.NOT_CANONICAL ? 0 : address;
  }
}
