// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.finding;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Profile;
import java.util.List;

/** What a difference between kernels means, for readers of a finding. */
public final class DifferenceText {
  /** Released kernels, oldest first. */
  private static final List<Profile> RELEASES =
      List.of(Profile.LINUX_6_18, Profile.LINUX_6_19, Profile.LINUX_7_1, Profile.LINUX_7_2);

  private DifferenceText() {}

  /** A sentence: what a kernel with it does wrong or lacks, with its number in docs/series.md. */
  public static String of(Difference difference) {
    return switch (difference) {
      case NO_ACTIONS -> "A prepare hook cannot ask for an action after the mapping.";
      case NO_MAPPED ->
          "There is no vm_ops.mapped, so nothing can be counted once a mapping stands.";
      case NO_SUCCESS_AND_ERROR_HOOKS -> "An action has neither a success hook nor an error hook.";
      case NO_ERROR_OVERRIDE ->
          "The error of a failing action cannot be replaced by a constant one.";
      case NO_LATER_ACTIONS -> "There is no simple I/O remap and no action that maps kernel pages.";
      case NO_MIXED_MAP -> "There is no action that maps pages and page frames mixed.";
      case NO_HIDING_FROM_RMAP ->
          "A mapping can be found through the reverse map before it is complete (trap 21).";
      case NO_GUARD_FLAG -> "MADV_GUARD_INSTALL leaves no flag on the VMA.";
      case EARLY_MOVE_COUNT_CHECK ->
          "mremap tests the map count before it takes its lock, with a margin of its own.";
      case DESCRIPTOR_OPS_START_NULL ->
          "Null callbacks mean \"none given\", so a hook cannot make a mapping anonymous (trap 7).";
      case IO_FLAG_STICKS ->
          "A plain remap asked for after an I/O remap goes through the I/O translation (trap 6).";
      case IO_TRANSLATED_LATE ->
          "An I/O remap is translated when it is carried out, not when it is prepared.";
      case PROTECTION_CAPTURED_BY_HELPER ->
          "A protection that a hook sets after the remap helper does not reach the page tables"
              + " (trap 19).";
      case RANGE_UNCHECKED -> "An action outside of the VMA is not refused (trap 5).";
      case COW_PART_ACCEPTED -> "Part of a copy-on-write mapping can be remapped (trap 4).";
      case HOOK_RESULT_UNCHECKED ->
          "What a prepare hook leaves in its descriptor is used unchecked.";
      case PREPARE_FAILURE_LOSES_CHARGE ->
          "A prepare hook that fails leaves the commit charge taken (G5, trap 1).";
      case INHERITED_CHARGE_LOST ->
          "A mapping that fails over older ones loses the charge taken over from them (trap 2).";
      case REPLACED_FILE_COUNTED_TWICE ->
          "A file that the hook puts in gets a second reference and is never freed (G7, trap 8).";
      case REPLACED_FILE_LEAKS_ON_FAILURE ->
          "A file that the hook put in is not put when the mapping then fails (G7, trap 8).";
      case REPLACED_FILE_LEAKS_ON_MERGE ->
          "A file that the hook put in is not put when the range merges (trap 8).";
      case FIELDS_STORED_AFTER_LINK ->
          "A VMA can be found through the reverse map before it has its callbacks and private data"
              + " (G1).";
      case FIELDS_STORED_ON_MERGE ->
          "The VMA that a range merges into gets the hook's callbacks and private data (G8, trap 18).";
      case MERGE_DROPS_ACTION ->
          "The success hook of a range that merges is dropped without a word (trap 17).";
      case KEPT_SOURCE_FORGETS_CHARGE ->
          "A source that mremap cannot unmap is charged whole, and the charge is lost (trap 33).";
      case REFUSED_MOVE_LOSES_CHARGE ->
          "The charge for growth is lost when a move is refused (trap 34).";
      case SUCCESS_HOOK_FAILURE_KEEPS_VMA ->
          "mmap fails with the error of a success hook, and the VMA stays (G9, trap 3).";
      case ERROR_HOOK_CLEARS ->
          "An error hook can turn an error into success, with nothing mapped.";
      case FAILURE_UNMAP_CAN_FAIL ->
          "The unmapping after a failed action can fail itself, and an empty VMA stays (G10, trap 26).";
      case FAILURE_UNMAP_UNDER_RMAP_LOCK ->
          "The unmapping after a failed action waits for a reverse-map lock that its thread holds"
              + " (trap 10).";
      case RMAP_UNLOCK_AFTER_FREE ->
          "After a failed action the VMA that was freed is asked for its file (trap 11).";
      case NO_MMU_ACTION_IGNORED ->
          "Without an MMU an action warns only, and mmap succeeds with nothing mapped (trap 25).";
      case COMPAT_UNMAPS ->
          "A failed action below the compatibility layer unmaps the old VMAs of the range"
              + " (G11, trap 12).";
      case COMPAT_ADDS_FLAGS ->
          "A hook below the compatibility layer cannot clear a flag (G12, trap 13).";
      case COMPAT_STORES_NULL_OPS ->
          "A file below the compatibility layer whose hook gives no callbacks becomes anonymous"
              + " memory (trap 14).";
      case COMPAT_FILE_COUNTED_TWICE ->
          "A file put in below the compatibility layer gets a reference too many (G7, trap 9).";
      case COMPAT_FAILURE_FORGETS_MAPPED ->
          "close is not called when an old hook fails after mapped of the file below has counted.";
      case COMPAT_HEEDS_HIDING ->
          "The compatibility layer unlocks a reverse map that nobody locked.";
    };
  }

  /** Which of the released kernels that have a profile have it: "6.18, 6.19"; or "no release". */
  public static String releases(Difference difference) {
    List<String> having =
        RELEASES.stream()
            .filter(profile -> profile.has(difference))
            .map(profile -> profile.name().substring("LINUX_".length()).replace('_', '.'))
            .toList();
    return having.isEmpty() ? "no release" : String.join(", ", having);
  }
}
