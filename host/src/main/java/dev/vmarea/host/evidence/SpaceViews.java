// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.evidence.FaultEvidence.PresenceKind;
import dev.vmarea.host.evidence.FaultEvidence.Sources;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Opens the best view of an address space that the kernel and the process permit; another process
 * may permit more or less. One thread at a time may use the views, which share scratch memory.
 */
final class SpaceViews implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment querySpace = arena.allocate(ProcmapQuery.SCRATCH_BYTES, 8);
  private final MemorySegment scanSpace = arena.allocate(PagemapScan.SCRATCH_BYTES, 8);
  private final Sources sources;
  private final HugePages huge;
  private final long pageSize;

  SpaceViews(final Sources sources, final HugePages huge, final long pageSize) {
    this.sources = sources;
    this.huge = huge;
    this.pageSize = pageSize;
  }

  /** A view of the address space that {@code tgid} has now. */
  SpaceView open(final int tgid, final boolean faultsSeen) {
    return new SpaceView(lookup(tgid), pages(tgid), huge, pageSize, faultsSeen);
  }

  private VmaLookup lookup(final int tgid) {
    final VmaLookup query = sources.procmapQuery() ? ProcmapQuery.open(tgid, querySpace) : null;
    return query != null ? query : new MapsTextLookup(tgid);
  }

  private AnonymousPages pages(final int tgid) {
    AnonymousPages pages = null;
    if (sources.presence() == PresenceKind.PAGEMAP_SCAN) {
      pages = PagemapScan.open(tgid, scanSpace, huge);
    }
    if (pages == null && sources.presence().compareTo(PresenceKind.PAGEMAP) <= 0) {
      pages = PagemapEntries.open(tgid, pageSize, huge);
    }
    if (pages == null) {
      pages = sources.presence() == PresenceKind.NONE ? new NoPages() : new SmapsAnonymous(tgid);
    }
    return pages;
  }

  @Override
  public void close() {
    arena.close();
  }

  /** Presence that is not to be had. */
  private static final class NoPages implements AnonymousPages {
    @Override
    public PresenceKind kind() {
      return PresenceKind.NONE;
    }

    @Override
    public Presence in(final VmaBounds vma, final long start, final long end) {
      return Presence.UNKNOWN;
    }

    @Override
    public void close() {
      // nothing is held open
    }
  }
}
