// SPDX-License-Identifier: Apache-2.0
/** The façade of the subsystem: what a program that maps memory sees. */
@NullMarked
package dev.vmarea;

import org.jspecify.annotations.NullMarked;
