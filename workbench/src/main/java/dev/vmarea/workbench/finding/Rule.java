// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.finding;

import java.util.Locale;

/** What must hold. */
public enum Rule {
  /** Results. */
  SAME_RESULT(Part.EQUIVALENCE, "port and old hook return the same"),
  /** Errors of calls in which a step fails. */
  SAME_ERROR(Part.EQUIVALENCE, "port and old hook fail with the same error when a step fails"),
  /** VMAs: range, flags, offset, file, callbacks. */
  SAME_AREA(Part.EQUIVALENCE, "port and old hook make the same VMA"),
  /** Page tables. */
  SAME_ENTRIES(Part.EQUIVALENCE, "port and old hook fill the page tables alike"),
  /** What memory holds. */
  SAME_CONTENTS(Part.EQUIVALENCE, "memory reads the same behind port and old hook"),
  /** What the user counts. */
  SAME_EFFECTS(Part.EQUIVALENCE, "port and old hook do the same to their device"),

  /** U1. */
  FAILED_CALL_LEAVES_NO_MAPPING(
      Part.UNWINDING, "a call that fails leaves the old mappings, or a gap; nothing of its own"),
  /** U1, and the user's own. */
  FAILED_CALL_HOLDS_NOTHING(
      Part.UNWINDING, "a call that fails gives back all that it has taken or counted"),
  /** Commit charge. */
  FAILED_CALL_GIVES_CHARGE_BACK(
      Part.UNWINDING, "a call that fails leaves charged what is mapped, and no more"),
  /** G8. */
  MERGE_KEEPS_NEIGHBOUR(
      Part.UNWINDING, "a VMA that grows by a merge keeps its callbacks and private data"),
  /** G2. */
  MERGE_LEAVES_NO_TRACE(
      Part.UNWINDING, "what is mapped in two parts that merge holds what it would as one"),

  /** Invariants of the machine, of address spaces, of the user. */
  INVARIANTS(Part.LIFE_CYCLE, "counts and structures are right whenever nobody is in a call"),
  /** Linux's own checks. */
  NO_WARNING(Part.LIFE_CYCLE, "the kernel has nothing to warn of"),
  /** Leaks. */
  NOTHING_LEFT(Part.LIFE_CYCLE, "when everybody has gone, nothing is left in use"),

  /** Linearizability. */
  ONE_AFTER_THE_OTHER(
      Part.INTERLEAVINGS, "two operations at once end as one after the other would"),

  /** Stateless prepare hooks. */
  PREPARE_CHANGES_NOTHING(Part.CONTRACT, "a prepare hook changes nothing but its descriptor"),
  /** Locks. */
  NO_LOCK_KEPT(Part.CONTRACT, "a hook keeps no lock when it returns"),
  /** Exceptions, late use of a descriptor, what the kernel does not have. */
  HOOK_KEEPS_ITS_INTERFACE(Part.CONTRACT, "a hook uses its interface as it is meant");

  private final Part part;
  private final String statement;

  Rule(Part part, String statement) {
    this.part = part;
    this.statement = statement;
  }

  /** The side from which it is looked at in the first place. */
  public Part part() {
    return part;
  }

  /** What must hold, as a sentence without its full stop. */
  public String statement() {
    return statement;
  }

  /** Its name in reports: "same-result". */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
