// SPDX-License-Identifier: Apache-2.0
/**
 * How a user can be put to work by a tool that does not know it: {@link
 * dev.vmarea.drivers.ground.Ground} says what to set up, what to map of it and what can happen to
 * it, in {@link dev.vmarea.drivers.ground.Act}s.
 */
@NullMarked
package dev.vmarea.drivers.ground;

import org.jspecify.annotations.NullMarked;
