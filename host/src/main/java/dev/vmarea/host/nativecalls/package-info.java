// SPDX-License-Identifier: Apache-2.0
/**
 * Everything native: one downcall that makes any system call, one that starts a process, and the
 * numbers of the calls. Nothing is linked before the first call.
 */
@NullMarked
package dev.vmarea.host.nativecalls;

import org.jspecify.annotations.NullMarked;
