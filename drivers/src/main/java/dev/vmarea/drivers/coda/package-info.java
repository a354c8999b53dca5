// SPDX-License-Identifier: Apache-2.0

/**
 * Coda: a network file system whose daemon (Venus) keeps the bytes of a file in a container, a file
 * of a local file system. Opened as any path below its mount, made where there is none; mapping a
 * file maps its container (users 2.12).
 *
 * <p>{@link dev.vmarea.drivers.coda.CodaFile} is the old hook; {@link
 * dev.vmarea.drivers.coda.CodaOperations} stands in front of the container's callbacks, to keep the
 * file open as long as it is mapped. The variant says which hook containers have.
 */
@NullMarked
package dev.vmarea.drivers.coda;

import org.jspecify.annotations.NullMarked;
