// SPDX-License-Identifier: Apache-2.0
/** What is tried: spaces of acts, made from a user's grounds. */
@NullMarked
package dev.vmarea.workbench.explore;

import org.jspecify.annotations.NullMarked;
