// SPDX-License-Identifier: Apache-2.0
/**
 * What follows a hook: actions are prepared on the descriptor, completed on the VMA and finished in
 * one place, whether the mapping came directly, without an MMU, or through a stacked file.
 */
@NullMarked
package dev.vmarea.action;

import org.jspecify.annotations.NullMarked;
