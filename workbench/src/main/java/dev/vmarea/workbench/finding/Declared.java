// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.finding;

/**
 * A finding that somebody has declared intended.
 *
 * @param reason why it is meant to be so, as a sentence
 */
public record Declared(Finding finding, String reason) {}
