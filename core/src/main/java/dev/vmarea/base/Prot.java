// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/** The {@code prot} argument of mmap and mprotect. */
public final class Prot {
  public static final int NONE = 0;
  public static final int READ = 1;
  public static final int WRITE = 2;
  public static final int EXEC = 4;

  /** Accepted, without effect. */
  public static final int SEM = 8;

  /** mprotect only: extend the change to the start of a growing-down mapping. */
  public static final int GROWSDOWN = 0x01000000;

  /** mprotect only: extend the change to the end of a growing-up mapping. */
  public static final int GROWSUP = 0x02000000;

  private Prot() {}
}
