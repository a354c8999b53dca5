// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

/**
 * Something that was not measured.
 *
 * @param reason why, and how it could be
 */
public record NotRun(String group, String what, String reason) implements Row {}
