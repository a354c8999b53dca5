// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

/**
 * The ways to look at one address space.
 *
 * @param vmas its VMAs
 * @param pages its anonymous pages
 * @param huge where reads count
 * @param pageSize bytes
 * @param faultsSeen true if there is a stream of faults, so that presence only completes it
 */
record SpaceView(
    VmaLookup vmas, AnonymousPages pages, HugePages huge, long pageSize, boolean faultsSeen)
    implements AutoCloseable {

  @Override
  public void close() {
    vmas.close();
    pages.close();
  }
}
