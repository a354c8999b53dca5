// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

/**
 * The caller of a memory call: what Linux takes from the process instead of from its address space.
 *
 * <p>Mutable and not synchronised: whoever changes it sees to it that no call of this task runs.
 */
public final class Task {
  /** personality bit: PROT_READ implies PROT_EXEC. */
  public static final int READ_IMPLIES_EXEC = 0x0400000;

  /** Capability number: do with files what only their owners may. */
  public static final int CAP_FOWNER = 3;

  /** Capability number: lock memory beyond RLIMIT_MEMLOCK. */
  public static final int CAP_IPC_LOCK = 14;

  /** Capability number: map below mmap_min_addr. */
  public static final int CAP_SYS_RAWIO = 17;

  /** Capability number: use the reserve that overcommit mode 2 keeps for administrators. */
  public static final int CAP_SYS_ADMIN = 21;

  /** Capability number: MPOL_MF_MOVE_ALL, and advice for other processes. */
  public static final int CAP_SYS_NICE = 23;

  /** Capability number: raise hard limits, and the single options of PR_SET_MM. */
  public static final int CAP_SYS_RESOURCE = 24;

  private final ResourceLimits limits;
  private long capabilities;
  private int personality;

  /** A caller with these limits and effective capabilities (bit n = capability n). */
  public Task(ResourceLimits limits, long capabilities) {
    this.limits = limits;
    this.capabilities = capabilities;
  }

  /** A caller without capabilities and with usual limits. */
  public static Task unprivileged() {
    return new Task(new ResourceLimits(), 0);
  }

  /** An independent copy, as fork makes. */
  public Task copy() {
    Task copy = new Task(limits.copy(), capabilities);
    copy.personality = personality;
    return copy;
  }

  /** Resource limits; changes take effect at the next call. */
  public ResourceLimits limits() {
    return limits;
  }

  /** Whether the caller has the capability with this number. */
  public boolean capable(int capability) {
    return (capabilities >>> capability & 1) != 0;
  }

  /** Effective capabilities as a bit set. */
  public long capabilities() {
    return capabilities;
  }

  /** Replaces the effective capabilities. */
  public void capabilities(long bits) {
    capabilities = bits;
  }

  /** personality(2) value. */
  public int personality() {
    return personality;
  }

  /** Replaces the personality. */
  public void personality(int value) {
    personality = value;
  }
}
