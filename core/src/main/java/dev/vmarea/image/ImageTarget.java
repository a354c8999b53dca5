// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.mapping.SharedSegments;
import dev.vmarea.space.Kernel;

/**
 * The machine that an image is restored on.
 *
 * @param kernel its kernel
 * @param backing where its shared anonymous memory gets its files from
 * @param segments its System V segments
 */
public record ImageTarget(Kernel kernel, SharedBacking backing, SharedSegments segments) {}
