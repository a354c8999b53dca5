// SPDX-License-Identifier: Apache-2.0
/** What several users have in common of how a file's offsets lead to what it shows. */
@NullMarked
package dev.vmarea.drivers.region;

import org.jspecify.annotations.NullMarked;
