// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.VmFlags;
import org.jspecify.annotations.Nullable;

/** One mapped page of the naive model, with all it knows. */
final class NaivePage {
  /** An anonymous identity. */
  record Identity(boolean forkChild, Object token) {
    static Identity fresh(boolean forkChild) {
      return new Identity(forkChild, new Object());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Identity identity && identity.token == token;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(token);
    }
  }

  long flags;
  long pgoff;

  /** Number of the file in {@link TestSpace}, or none, or shared anonymous memory. */
  int file = LayoutLine.NO_FILE;

  /** Which shared anonymous object. */
  @Nullable Object object;

  /** Pages that the object has; more may be mapped, but not touched. */
  long objectPages = Long.MAX_VALUE;

  @Nullable Identity anon;
  int policy;

  /** Whether a guard marker is here. */
  boolean guarded;

  /** Whether a VMA begins here. Always true where the page below is not mapped. */
  boolean first;

  NaivePage copy() {
    NaivePage copy = new NaivePage();
    copy.flags = flags;
    copy.pgoff = pgoff;
    copy.file = file;
    copy.object = object;
    copy.objectPages = objectPages;
    copy.anon = anon;
    copy.policy = policy;
    copy.first = first;
    return copy;
  }

  boolean has(long bit) {
    return (flags & bit) != 0;
  }

  boolean isPrivateWritable() {
    return has(VmFlags.WRITE) && !has(VmFlags.SHARED);
  }

  private boolean continues(NaivePage below, long ignoredFlags) {
    return ((flags ^ below.flags) & ~ignoredFlags) == 0
        && file == below.file
        && object == below.object
        && policy == below.policy
        && pgoff == below.pgoff + 1;
  }

  /** Whether this page and the one right below it may be in one VMA. */
  boolean mayJoin(NaivePage below) {
    if (!continues(below, VmFlags.MAYBE_GUARD)) {
      return false;
    }
    if (anon != null && below.anon != null) {
      return anon.equals(below.anon);
    }
    Identity only = anon != null ? anon : below.anon;
    return only == null || !only.forkChild();
  }

  /** Whether this page and the one right below it may share the identity that one of them has. */
  boolean mayShareIdentity(NaivePage below) {
    Identity present = below.anon != null ? below.anon : anon;
    return present != null
        && !present.forkChild()
        && continues(below, VmFlags.MAYBE_GUARD | VmFlags.ACCESS);
  }
}
