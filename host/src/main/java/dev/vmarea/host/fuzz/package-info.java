// SPDX-License-Identifier: Apache-2.0
/**
 * Campaigns: many sequences of random calls on the model and the kernel, guided by coverage; what
 * differs is shrunk and kept.
 */
@NullMarked
package dev.vmarea.host.fuzz;

import org.jspecify.annotations.NullMarked;
