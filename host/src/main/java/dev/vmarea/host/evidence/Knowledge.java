// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

/**
 * What is known of the addresses of one address space.
 *
 * <p>The idea that keeps it cheap: once a VMA is known to have an anon_vma (or is shared, so that
 * it never matters), nothing more is to be learnt of its addresses until they are mapped anew. They
 * are <em>settled</em>. A VMA is settled if any of its addresses is, since what has an anon_vma
 * keeps it through splits and merges. Forgetting is always safe: it costs a line that says nothing
 * new.
 *
 * <p>Not thread-safe.
 */
final class Knowledge {
  private final RangeSet settled;

  /** Without anonymous pages when last looked at, and cannot get any unseen. */
  private final RangeSet dormant = new RangeSet();

  /** Mappings that a fork child gets without their anon_vma. */
  private final RangeSet wipedOnFork;

  Knowledge() {
    this(new RangeSet(), new RangeSet());
  }

  private Knowledge(final RangeSet settled, final RangeSet wipedOnFork) {
    this.settled = settled;
    this.wipedOnFork = wipedOnFork;
  }

  /** What a fork child starts with. */
  Knowledge forked() {
    final RangeSet inherited = new RangeSet(settled);
    inherited.removeAll(wipedOnFork);
    return new Knowledge(inherited, new RangeSet(wipedOnFork));
  }

  boolean isSettled(final long address) {
    return settled.contains(address);
  }

  /** Whether some address of [start, end) is settled; if so, all become so. */
  boolean settleIfKnown(final long start, final long end) {
    final boolean known = settled.intersects(start, end);
    if (known) {
      settled.add(start, end);
    }
    return known;
  }

  void settle(final long start, final long end) {
    settled.add(start, end);
  }

  /** [start, end) has no anonymous pages and cannot get any unseen, until a call touches it. */
  void letSleep(final long start, final long end) {
    dormant.add(start, end);
  }

  boolean sleeps(final long start, final long end) {
    return dormant.containsAll(start, end);
  }

  /** The end of the range at {@code address} of which nothing is to be asked, or -1. */
  long quietUntil(final long address) {
    return Math.max(settled.endOfRangeAt(address), dormant.endOfRangeAt(address));
  }

  /** [start, end) may be something else now. */
  void replaced(final long start, final long end) {
    settled.remove(start, end);
    dormant.remove(start, end);
    wipedOnFork.remove(start, end);
  }

  /** The rights or the kind of [start, end) may have changed. */
  void touched(final long start, final long end) {
    dormant.remove(start, end);
  }

  /** What begins at {@code address} was unmapped; how long it was is not known. */
  void unmappedFrom(final long address) {
    final long end = settled.endOfRangeAt(address);
    if (end > address) {
      replaced(address, end);
    }
  }

  /** The range is (or is no longer) given to children without its content. */
  void wipeOnFork(final long start, final long end, final boolean wipe) {
    if (wipe) {
      wipedOnFork.add(start, end);
    } else {
      wipedOnFork.remove(start, end);
    }
  }
}
