// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

/**
 * When a node of {@link VmaTree} was made: epochs change with every snapshot (and with every change
 * that is put together in private), and a node belongs to the writer only if it is younger than the
 * last snapshot.
 *
 * @param number counts up
 */
record TreeEpoch(long number) {
  TreeEpoch next() {
    return new TreeEpoch(number + 1);
  }
}
