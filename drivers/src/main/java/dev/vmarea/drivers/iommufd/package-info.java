// SPDX-License-Identifier: Apache-2.0
/**
 * iommufd: programs manage the I/O address translation of devices. A part of it are registers of
 * the translation unit (first user: command queues) that a driver exports to the program that has a
 * virtual unit; the program maps each such region as a whole, at the offset that it was told.
 *
 * <p>Opening {@code /dev/iommu} makes a {@link dev.vmarea.drivers.iommufd.IommufdContext}: a table
 * of objects, each with a count of users, and a tree of the regions that objects own. A mapping
 * must be a user of the owner of its region, or the owner goes and the mapping stays. {@link
 * dev.vmarea.drivers.iommufd.IommufdFile} has the five ways in which that count was, or should be,
 * taken; {@link dev.vmarea.drivers.iommufd.Destruction} is the other side of the race.
 *
 * <p>Nobody is a short-term user of an object here, as no other calls exist: what Linux waits for
 * in the middle of a destruction has always ended.
 */
@NullMarked
package dev.vmarea.drivers.iommufd;

import org.jspecify.annotations.NullMarked;
