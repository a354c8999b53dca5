// SPDX-License-Identifier: Apache-2.0
/** Huge pages of hugetlb: their pools, who has reserved them, and the pages of files. */
@NullMarked
package dev.vmarea.hugetlb;

import org.jspecify.annotations.NullMarked;
