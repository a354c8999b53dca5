// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Reason;
import dev.vmarea.explain.verdict.Verdicts;
import java.util.BitSet;

/** Says of one boundary after the other what its cause is. */
final class Classifier {
  private static final int OBJECT = Reason.OBJECT.bit();
  private static final int OFFSET = Reason.OFFSET.bit();

  private final Snapshot snapshot;
  private final Verdicts verdicts;
  private final AreaKind[] kinds;
  private final BitSet writtenObjects = new BitSet();
  private final BitSet executedObjects = new BitSet();

  Classifier(Snapshot snapshot, Verdicts verdicts) {
    this.snapshot = snapshot;
    this.verdicts = verdicts;
    this.kinds = AreaKind.of(snapshot);
    for (int i = 0; i < snapshot.size(); i++) {
      if (VmFlags.has(snapshot.flags(i), VmFlags.WRITE)) {
        writtenObjects.set(snapshot.objectNumber(i));
      }
      if (VmFlags.has(snapshot.flags(i), VmFlags.EXEC)) {
        executedObjects.set(snapshot.objectNumber(i));
      }
    }
  }

  AreaKind kind(int area) {
    return kinds[area];
  }

  /** The cause of boundary {@code i}. */
  CauseKind cause(int i) {
    AreaKind low = kinds[i];
    AreaKind high = kinds[i + 1];
    int reasons = verdicts.reasons(i);
    switch (verdicts.first(i)) {
      case HOLE -> {
        return CauseKind.HOLE;
      }
      case SPECIAL -> {
        return low == AreaKind.PROGRAM && high == AreaKind.PROGRAM
            ? CauseKind.PROGRAM
            : CauseKind.SPECIAL;
      }
      default -> {}
    }
    if (low == AreaKind.PROGRAM || high == AreaKind.PROGRAM) {
      return CauseKind.PROGRAM;
    } else if ((low == AreaKind.GUARD || high == AreaKind.GUARD)
        && low.isAnonymous()
        && high.isAnonymous()) {
      return CauseKind.GUARD;
    } else if (low.isData() || high.isData()) {
      return ofFiles(i, low, high, reasons);
    } else if (low == AreaKind.RESERVED || high == AreaKind.RESERVED) {
      return low == high ? byReason(i) : CauseKind.RESERVATION;
    }
    return byReason(i);
  }

  private CauseKind ofFiles(int i, AreaKind low, AreaKind high, int reasons) {
    if ((reasons & OBJECT) != 0) {
      if (!low.isData() || !high.isData()) {
        return CauseKind.FILE_BESIDE;
      }
      boolean deleted = snapshot.object(i).isDeleted() && snapshot.object(i + 1).isDeleted();
      return deleted ? CauseKind.DELETED_FILES : CauseKind.MANY_FILES;
    }
    int object = snapshot.objectNumber(i);
    if (low == AreaKind.MEMORY_FILE && writtenObjects.get(object) && executedObjects.get(object)) {
      return CauseKind.DOUBLE_MAPPING;
    }
    if ((reasons & OFFSET) != 0) {
      boolean again =
          snapshot.offset(i) == snapshot.offset(i + 1)
              && snapshot.length(i) == snapshot.length(i + 1);
      return again ? CauseKind.MAPPED_TWICE : CauseKind.FILE_PIECES;
    }
    return byReason(i);
  }

  private CauseKind byReason(int i) {
    return switch (verdicts.first(i)) {
      case HOLE -> CauseKind.HOLE;
      case SPECIAL -> CauseKind.SPECIAL;
      case OBJECT -> CauseKind.FILE_BESIDE;
      case SHARING -> CauseKind.SHARING;
      case PROTECTION -> CauseKind.PROTECTION;
      case FLAGS -> CauseKind.FLAGS;
      case OFFSET -> CauseKind.FILE_PIECES;
      case NAME -> CauseKind.NAMES;
      case POLICY -> CauseKind.POLICY;
      case USERFAULT -> CauseKind.USERFAULT;
      case CLOSE_HOOK -> CauseKind.CLOSE_HOOK;
      case ANON_VMA -> CauseKind.WRITTEN_APART;
      case OPENED_TWICE -> CauseKind.OPENED_TWICE;
      case NO_OCCASION -> CauseKind.NO_OCCASION;
      case UNSEEN ->
          kinds[i].isAnonymous() && kinds[i + 1].isAnonymous()
              ? CauseKind.WRITTEN_APART
              : CauseKind.UNSEEN;
    };
  }
}
