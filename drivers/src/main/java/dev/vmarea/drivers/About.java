// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import java.util.List;

/**
 * What is to be known of a {@link UserKind}.
 *
 * @param id short name, as in commands: "relay"
 * @param summary what it is for, in one line
 * @param paths where it usually is; behind the first, others with one of the kind each, such as
 *     what memfd_create makes
 * @param variants in the order of history; the last one that a kernel can have is its default there
 * @param settings each with what it means and what it is unless given
 */
public record About(
    String id, String summary, List<String> paths, List<Variant> variants, List<Setting> settings) {
  /** Keeps its own copies of the lists. */
  public About {
    paths = List.copyOf(paths);
    variants = List.copyOf(variants);
    settings = List.copyOf(settings);
  }

  /** A kind without variants and settings yet. */
  public static About of(String id, String summary, String... paths) {
    return new About(id, summary, List.of(paths), List.of(), List.of());
  }

  /** The same with these variants. */
  public About variants(Variant... all) {
    return new About(id, summary, paths, List.of(all), settings);
  }

  /** The same with these settings. */
  public About settings(Setting... all) {
    return new About(id, summary, paths, variants, List.of(all));
  }
}
