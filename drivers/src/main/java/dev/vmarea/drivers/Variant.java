// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Profile;
import java.util.Set;

/**
 * One way in which a user was, or should be, mapped: an old hook, or a port of some time.
 *
 * @param name short, as in a command: "legacy", "v3", "own"
 * @param hook which hook it has
 * @param summary what is special about it, as the end of a sentence
 * @param lacks what a kernel that has one of these differences does not have, and the variant needs
 */
public record Variant(String name, Hook hook, String summary, Set<Difference> lacks) {
  /** The two kinds of hooks. */
  public enum Hook {
    /** {@code mmap}. */
    LEGACY,
    /** {@code mmap_prepare}. */
    PREPARE
  }

  /** Keeps its own copy of the set. */
  public Variant {
    lacks = Set.copyOf(lacks);
  }

  /** One with the old hook, which every kernel has. */
  public static Variant legacy(String name, String summary) {
    return new Variant(name, Hook.LEGACY, summary, Set.of());
  }

  /** A port, for kernels without any of these differences. */
  public static Variant port(String name, String summary, Difference... lacks) {
    return new Variant(name, Hook.PREPARE, summary, Set.of(lacks));
  }

  /** Whether it has the old hook. */
  public boolean isLegacy() {
    return hook == Hook.LEGACY;
  }

  /** Whether the kernel has all that it needs. */
  public boolean existsIn(Profile profile) {
    return lacks.stream().noneMatch(profile::has);
  }

  @Override
  public String toString() {
    return name;
  }
}
