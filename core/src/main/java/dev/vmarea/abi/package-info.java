// SPDX-License-Identifier: Apache-2.0

/**
 * System calls as a program makes them: a number and registers in, a value or {@code -errno} out,
 * by the numbering of an architecture. For emulators of user programs.
 */
@NullMarked
package dev.vmarea.abi;

import org.jspecify.annotations.NullMarked;
