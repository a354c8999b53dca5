// SPDX-License-Identifier: Apache-2.0
/** Words that everything else is written in: pages, flags, errors, configuration, profiles. */
@NullMarked
package dev.vmarea.base;

import org.jspecify.annotations.NullMarked;
