// SPDX-License-Identifier: Apache-2.0
/**
 * Address spaces in files: written, read, and checked at every byte. The format is in {@code
 * docs/image-format.md}.
 */
@NullMarked
package dev.vmarea.image;

import org.jspecify.annotations.NullMarked;
