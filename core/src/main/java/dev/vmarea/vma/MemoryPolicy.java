// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

/**
 * NUMA policy of a VMA; two VMAs merge only if theirs are equal.
 *
 * @param mode MPOL_ mode number
 * @param modeFlags MPOL_F_ flags given with the mode
 * @param nodes bit set of nodes, node 0 lowest
 * @param homeNode node given by set_mempolicy_home_node, or -1
 */
public record MemoryPolicy(int mode, int modeFlags, long nodes, int homeNode) {}
