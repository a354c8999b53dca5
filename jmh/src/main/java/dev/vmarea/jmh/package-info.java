// SPDX-License-Identifier: Apache-2.0
/** Benchmarks; never shipped. */
@NullMarked
package dev.vmarea.jmh;

import org.jspecify.annotations.NullMarked;
