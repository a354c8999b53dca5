// SPDX-License-Identifier: Apache-2.0
/**
 * kcov: which places of the kernel a task passes, told to the program that wants to know (a
 * fuzzer). The program opens {@code /sys/kernel/debug/kcov}, says how large the buffer shall be,
 * maps all of it, and enables it for itself; from then on word 0 of the buffer is the number of
 * places behind it.
 *
 * <p>{@link dev.vmarea.drivers.kcov.Kcov} is what one open file has. Its pages are put into the
 * mapping one by one by the old hook; {@link dev.vmarea.drivers.kcov.KcovFile} has that and the
 * ports, of which the posted one was dropped from the series since it made a mixed mapping of pages
 * that are ordinary.
 *
 * <p>Sections of code that work for a task elsewhere in the kernel (remote ones), which hold a
 * reference too, are not here.
 */
@NullMarked
package dev.vmarea.drivers.kcov;

import org.jspecify.annotations.NullMarked;
