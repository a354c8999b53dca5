// SPDX-License-Identifier: Apache-2.0

/** What another history would have given: the changed history is replayed beside the real one. */
@NullMarked
package dev.vmarea.explain.whatif;

import org.jspecify.annotations.NullMarked;
