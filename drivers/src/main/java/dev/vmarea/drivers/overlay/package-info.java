// SPDX-License-Identifier: Apache-2.0

/**
 * overlayfs: a union of a lower and an upper layer, either folders of its own or paths where others
 * are mounted. Opened as any path below its mount. A file of the lower layer that is opened for
 * writing is copied up first; devices are not.
 *
 * <p>{@link dev.vmarea.drivers.overlay.OverlayFile} is its hook, always an old one, which maps the
 * real file (users 2.12). The variant says which hook files of its own layers have.
 */
@NullMarked
package dev.vmarea.drivers.overlay;

import org.jspecify.annotations.NullMarked;
