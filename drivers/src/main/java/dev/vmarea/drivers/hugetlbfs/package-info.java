// SPDX-License-Identifier: Apache-2.0
/**
 * hugetlbfs: files of huge pages, which are reserved when they are mapped, so that a fault later
 * finds one.
 *
 * <p>All hooks check and take the same: {@link dev.vmarea.hugetlb.HugetlbRequest}. They differ in
 * when, and that is the whole story of this port: what is taken before the VMA exists is nobody's
 * when the VMA then cannot be made (v3, v5; the reason why the port was taken back), and a lock
 * that comes after the VMA can be found is one that a walker has not taken and releases (v3).
 */
@NullMarked
package dev.vmarea.drivers.hugetlbfs;

import org.jspecify.annotations.NullMarked;
