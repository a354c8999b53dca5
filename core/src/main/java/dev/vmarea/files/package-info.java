// SPDX-License-Identifier: Apache-2.0
/** How the kinds of files that programs map behave: plain files, tmpfs, huge pages, devices. */
@NullMarked
package dev.vmarea.files;

import org.jspecify.annotations.NullMarked;
