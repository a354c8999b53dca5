// SPDX-License-Identifier: Apache-2.0
/** Tests of the recorder against real programs. */
@NullMarked
package dev.vmarea.host.recorder;

import org.jspecify.annotations.NullMarked;
