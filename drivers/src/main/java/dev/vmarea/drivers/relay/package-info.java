// SPDX-License-Identifier: Apache-2.0
/**
 * relay: a channel through which a part of the kernel (a tracer, say) hands much data to a program.
 * It has one buffer a processor, each a file of debugfs ({@code /sys/kernel/debug/relay/cpu0}) that
 * the program maps as a whole.
 *
 * <p>{@link dev.vmarea.drivers.relay.RelayFile} is what both hooks do. A buffer lives as long as
 * the channel or an open file of it; a mapping holds no reference of its own, since it holds the
 * file.
 */
@NullMarked
package dev.vmarea.drivers.relay;

import org.jspecify.annotations.NullMarked;
