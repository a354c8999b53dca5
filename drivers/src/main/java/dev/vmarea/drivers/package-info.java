// SPDX-License-Identifier: Apache-2.0
/**
 * The drivers and file systems that the series ported, one package each: how they are mapped by the
 * old hook and by their ports, and what keeps each of them honest. Here stands what they have in
 * common; {@link dev.vmarea.drivers.mounts} puts them on a machine.
 */
@NullMarked
package dev.vmarea.drivers;

import org.jspecify.annotations.NullMarked;
