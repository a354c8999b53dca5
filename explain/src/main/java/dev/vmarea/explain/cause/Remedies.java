// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.FlagNames;
import dev.vmarea.explain.whatif.WhatIfs;
import org.jspecify.annotations.Nullable;

/** The smallest change for each cause that has one. */
final class Remedies {
  /** So few boundaries are no cause to change anything. */
  private static final int FEW = 2;

  private final Snapshot snapshot;
  private final Estimates estimates;

  Remedies(Snapshot snapshot, Profile profile) {
    this.snapshot = snapshot;
    this.estimates = new Estimates(snapshot, profile);
  }

  /** The title of a cause that is a difference of flags. */
  static String flagsTitle(long flags) {
    return "flags that differ from piece to piece (" + FlagNames.of(flags) + ")";
  }

  /**
   * What would remove the boundaries of a cause.
   *
   * @return null if they are as they should be, or nothing is known to help
   */
  @Nullable Remedy of(CauseKind kind, long flags, int boundaries) {
    if (boundaries < FEW) {
      return null;
    }
    return switch (kind) {
      case GUARD ->
          remedy(
              "Install guard regions in the memory itself, madvise(MADV_GUARD_INSTALL) of Linux 6.13"
                  + " and later, instead of mapping or protecting slivers without access.",
              WhatIfs.GUARD_REGIONS);
      case RESERVATION ->
          remedy(
              "Make the reservation accessible in larger steps and in order of address, or map it"
                  + " readable and writable from the start with MAP_NORESERVE: untouched pages cost"
                  + " nothing.",
              WhatIfs.ONE_PROTECTION);
      case PROTECTION ->
          remedy(
              "Change the protection of whole ranges with one mprotect, or keep memory of one"
                  + " protection together: each change of protection is two boundaries.",
              WhatIfs.ONE_PROTECTION);
      case WRITTEN_APART ->
          remedy(
              "Commit and touch memory in order of address, each piece beside what is there already:"
                  + " then it takes over the identity of its neighbour and merges.",
              WhatIfs.IN_ORDER);
      case FLAGS -> flags(flags);
      case DOUBLE_MAPPING ->
          plain(
              "Map the file for writing and for executing once each as a whole, in large pieces, and"
                  + " hand out parts of them.",
              WhatIfs.ONE_FILE,
              boundaries);
      case MAPPED_TWICE ->
          plain(
              "Map one large file twice and hand out parts of both, or do without the second mapping:"
                  + " each buffer of its own is two mappings that cannot merge.",
              WhatIfs.ANONYMOUS_BUFFERS,
              boundaries);
      case DELETED_FILES, MANY_FILES ->
          plain(
              "Put the pieces into one file (one memfd) and map that once: mappings of different"
                  + " files never merge.",
              WhatIfs.ONE_FILE,
              boundaries);
      case FILE_PIECES ->
          plain(
              "Map the file in larger pieces, or the next piece right behind the one before, so that"
                  + " its offset continues.",
              "",
              boundaries);
      case NAMES ->
          plain(
              "Give neighbours the same name, or none: names set by PR_SET_VMA_ANON_NAME keep memory"
                  + " apart.",
              "",
              boundaries);
      case OPENED_TWICE ->
          plain("Keep the file open and map it through the same descriptor.", "", boundaries);
      case NO_OCCASION ->
          plain("Any call that changes something at the boundary lets them merge.", "", boundaries);
      default -> null;
    };
  }

  private Remedy flags(long flags) {
    String names = VmFlags.mnemonics(flags).strip().replace(' ', ',');
    return remedy(
        "Give the same advice and flags to all of it: "
            + FlagNames.of(flags)
            + " on some pieces only keeps each of them apart.",
        WhatIfs.SAME_FLAGS + names);
  }

  private Remedy remedy(String advice, String whatIf) {
    int after = estimates.after(whatIf).orElse(snapshot.size());
    return new Remedy(advice, whatIf, snapshot.size() - after);
  }

  private static Remedy plain(String advice, String whatIf, int saves) {
    return new Remedy(advice, whatIf, saves);
  }
}
