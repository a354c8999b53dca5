// SPDX-License-Identifier: Apache-2.0
/**
 * The mount table: {@link dev.vmarea.drivers.mounts.MountPlan} says which users are to be where,
 * {@link dev.vmarea.drivers.mounts.MountedUsers} are those that are. {@link
 * dev.vmarea.drivers.mounts.UserCatalog} lists all kinds.
 */
@NullMarked
package dev.vmarea.drivers.mounts;

import org.jspecify.annotations.NullMarked;
