// SPDX-License-Identifier: Apache-2.0
/** The host kernel: recording real programs, reading its configuration. */
@NullMarked
package dev.vmarea.host;

import org.jspecify.annotations.NullMarked;
