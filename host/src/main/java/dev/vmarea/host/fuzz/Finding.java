// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

/**
 * A sequence told for others.
 *
 * @param difference what differed, empty if nothing did
 * @param strace the calls as a log that {@code vmarea replay} reads, bytes as ISO-8859-1
 * @param program the calls as a C program
 */
public record Finding(String difference, String strace, String program) {}
