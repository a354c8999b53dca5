// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

/**
 * A setting of a {@link UserKind}.
 *
 * @param key its name, as in {@code key=value}
 * @param standard what it is unless given
 * @param summary what it means, with its unit
 */
public record Setting(String key, String standard, String summary) {}
