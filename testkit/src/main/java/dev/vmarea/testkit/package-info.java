// SPDX-License-Identifier: Apache-2.0
/** Call generator, shrinker and the naive page model that judge the core. */
@NullMarked
package dev.vmarea.testkit;

import org.jspecify.annotations.NullMarked;
