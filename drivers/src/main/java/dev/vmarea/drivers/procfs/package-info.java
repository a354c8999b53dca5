// SPDX-License-Identifier: Apache-2.0
/**
 * How procfs maps its files: by a hook of its own that looks up the entry's, so that an entry can
 * be removed while its files are open. No user by itself; those that live in procfs stand on it.
 */
@NullMarked
package dev.vmarea.drivers.procfs;

import org.jspecify.annotations.NullMarked;
