// SPDX-License-Identifier: Apache-2.0

/** An address space at one moment, as the kernel shows it or as a model has it, in columns. */
@NullMarked
package dev.vmarea.explain.snapshot;

import org.jspecify.annotations.NullMarked;
