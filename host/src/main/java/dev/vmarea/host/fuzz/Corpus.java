// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sequences that covered something new, a file each if there is a folder for them. Thread-safe.
 *
 * <p>A file has a line {@code privileged=BOOLEAN} and then a call a line, as the generator writes
 * them: {@code mmap(0x7ffff7fb9000, 0x1000, 3, 0x32, -1, 0)}.
 */
final class Corpus {
  private static final String SUFFIX = ".calls";
  private static final String PRIVILEGED = "privileged=";
  private static final String CROWDED = "crowded=true";
  private static final int MOST_IN_MEMORY = 20_000;

  private final @Nullable Path folder;
  private final List<Order> entries = new ArrayList<>();

  private Corpus(final @Nullable Path folder) {
    this.folder = folder;
  }

  /**
   * The corpus in {@code folder}, or one that is not kept.
   *
   * @throws IOException if a file of it cannot be read or makes no sense
   */
  static Corpus open(final @Nullable Path folder) throws IOException {
    final Corpus corpus = new Corpus(folder);
    if (folder != null) {
      Files.createDirectories(folder);
      corpus.entries.addAll(read(folder));
    }
    return corpus;
  }

  /** The sequences in the files of {@code folder}, in order of their names. */
  static List<Order> read(final Path folder) throws IOException {
    final List<Order> orders = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (final Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().toList()) {
        orders.add(readFile(file));
      }
    }
    return orders;
  }

  static Order readFile(final Path file) throws IOException {
    final List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    if (lines.isEmpty() || !lines.getFirst().startsWith(PRIVILEGED)) {
      throw new IOException(file + ": does not begin with " + PRIVILEGED);
    }
    final boolean privileged =
        Boolean.parseBoolean(lines.getFirst().substring(PRIVILEGED.length()));
    final boolean crowded = lines.size() > 1 && lines.get(1).equals(CROWDED);
    final List<String> calls = lines.subList(crowded ? 2 : 1, lines.size());
    for (final String call : calls) {
      if (!call.matches("[a-z_0-9]+\\([-0-9a-fx, ]*\\)")) {
        throw new IOException(file + ": not a call: " + call);
      }
    }
    return new Order(0, privileged, crowded, calls, 0);
  }

  /** The sequences there are now. */
  synchronized List<Order> entries() {
    return List.copyOf(entries);
  }

  synchronized int size() {
    return entries.size();
  }

  /** One of them, or null if there are none. */
  synchronized @Nullable Order any(final SplittableRandom random) {
    return entries.isEmpty() ? null : entries.get(random.nextInt(entries.size()));
  }

  /** Adds a sequence. */
  synchronized void add(final Order order) throws IOException {
    if (entries.size() < MOST_IN_MEMORY) {
      entries.add(order);
    }
    if (folder != null) {
      write(folder.resolve(name(order)), order);
    }
  }

  static String name(final Order order) {
    final long hash = Arrays.hashCode(new int[] {order.given().hashCode(), order.given().size()});
    return Long.toHexString(order.seed()) + "-" + Integer.toHexString((int) hash) + SUFFIX;
  }

  static void write(final Path file, final Order order) throws IOException {
    final List<String> lines = new ArrayList<>();
    lines.add(PRIVILEGED + order.privileged());
    if (order.crowded()) {
      lines.add(CROWDED);
    }
    lines.addAll(order.given());
    Files.write(file, lines, StandardCharsets.ISO_8859_1);
  }
}
