// SPDX-License-Identifier: Apache-2.0
/**
 * A tiny real process that does what it is told, one call, load or store at a time: what the model
 * is compared with.
 */
@NullMarked
package dev.vmarea.host.puppet;

import org.jspecify.annotations.NullMarked;
