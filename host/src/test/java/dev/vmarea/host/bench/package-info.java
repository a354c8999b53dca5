// SPDX-License-Identifier: Apache-2.0
/** Tests of the measuring itself. */
@NullMarked
package dev.vmarea.host.bench;

import org.jspecify.annotations.NullMarked;
