// SPDX-License-Identifier: Apache-2.0
/**
 * What an address space is made of: VMAs and their versions, anonymous-memory identity, open files.
 */
@NullMarked
package dev.vmarea.vma;

import org.jspecify.annotations.NullMarked;
