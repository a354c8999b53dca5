// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a campaign is to do.
 *
 * @param seconds after which it ends, or 0
 * @param calls after which it ends, or 0; without either it goes on until it is stopped
 * @param firstSeed seed of its first sequence; the others count from there
 * @param workers threads, each with its own model and puppet
 * @param steps calls in a sequence, at most
 * @param results folder for what it finds and its corpus, or null
 * @param stopAfter number of differences after which it ends
 * @param guided whether sequences that covered something new are carried on
 * @param hugePages whether it may set how many huge pages the host has, and put that back
 */
public record Settings(
    long seconds,
    long calls,
    long firstSeed,
    int workers,
    int steps,
    @Nullable Path results,
    int stopAfter,
    boolean guided,
    boolean hugePages) {}
