// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import org.jspecify.annotations.Nullable;

/**
 * One line in which two maps differ, without its line end; bytes as ISO-8859-1.
 *
 * @param expected the line of the expected map, or null when only the model has it
 * @param actual the line of the model, or null when only the expected map has it
 */
public record DiffLine(@Nullable String expected, @Nullable String actual) {}
