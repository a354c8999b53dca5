// SPDX-License-Identifier: Apache-2.0

/**
 * The vmarea command: one class a verb, a table of verbs, and what they share (exit codes, console,
 * failures).
 *
 * <p>To add a verb: write a class {@code XCommand} with picocli's {@code @Command} that implements
 * {@code Callable<Integer>} and takes a {@link dev.vmarea.cli.Console}; add one line to {@link
 * dev.vmarea.cli.Verbs}; add it to {@link dev.vmarea.cli.AotTraining} if its start-up matters.
 */
@NullMarked
package dev.vmarea.cli;

import org.jspecify.annotations.NullMarked;
