// SPDX-License-Identifier: Apache-2.0

/** Which call made each boundary, and what another history would have given. */
@NullMarked
package dev.vmarea.explain.history;

import org.jspecify.annotations.NullMarked;
