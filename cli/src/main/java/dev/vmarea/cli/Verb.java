// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * One verb of the command. The class behind it is loaded when it is used, so that a long list costs
 * a short verb nothing.
 *
 * @param name what the user types
 * @param summary half a sentence for the overview
 * @param example a call worth trying, without the leading {@code vmarea}
 * @param command makes the picocli command
 */
record Verb(
    String name, String summary, String example, Function<Console, Callable<Integer>> command) {}
