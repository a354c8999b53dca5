// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/** The {@code flags} argument of mremap. */
public final class MremapFlags {
  public static final int MAYMOVE = 1;
  public static final int FIXED = 2;
  public static final int DONTUNMAP = 4;

  private MremapFlags() {}
}
