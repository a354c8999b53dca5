// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/** The {@code flags} argument of mremap. */
public final class MremapFlags {
  /** The mapping may go elsewhere if it cannot grow where it is. */
  public static final int MAYMOVE = 1;

  /** To the address given, over whatever is there; needs MAYMOVE. */
  public static final int FIXED = 2;

  /** The old range stays mapped, emptied; needs MAYMOVE and an unchanged length. */
  public static final int DONTUNMAP = 4;

  private MremapFlags() {}
}
