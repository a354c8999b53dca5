// SPDX-License-Identifier: Apache-2.0
/**
 * Operations on threads of their own that go on one at a time, from step to step, in an order that
 * is chosen, told, and can be repeated: {@link dev.vmarea.drivers.schedule.Interleaving}.
 */
@NullMarked
package dev.vmarea.drivers.schedule;

import org.jspecify.annotations.NullMarked;
