// SPDX-License-Identifier: Apache-2.0

/**
 * {@code /dev/zero}: memory full of zeroes. Private mappings are anonymous memory, shared ones get
 * a tmpfs file of their own. Opened by its path, whatever that is.
 */
@NullMarked
package dev.vmarea.drivers.zero;

import org.jspecify.annotations.NullMarked;
