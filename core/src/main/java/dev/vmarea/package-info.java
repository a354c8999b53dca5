// SPDX-License-Identifier: Apache-2.0
/** The façade: a machine, its address spaces, and the system calls on them. */
@NullMarked
package dev.vmarea;

import org.jspecify.annotations.NullMarked;
