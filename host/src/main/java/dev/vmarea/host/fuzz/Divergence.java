// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A difference that a campaign found.
 *
 * @param order the shrunk sequence
 * @param finding the same, told
 * @param script where its log was written, or null
 */
public record Divergence(Order order, Finding finding, @Nullable Path script) {}
