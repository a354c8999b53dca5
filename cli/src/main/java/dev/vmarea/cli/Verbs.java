// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The table of verbs, in the order of the overview. */
final class Verbs {
  private static final List<Verb> ALL =
      List.of(
          new Verb(
              "run",
              "record a program, replay it, compare with the kernel",
              "run -- ls -l /",
              c -> new RunCommand(c)),
          new Verb(
              "replay",
              "replay a log or a recording, print the final map",
              "replay DIR",
              c -> new ReplayCommand(c)),
          new Verb(
              "maps",
              "print and check the map of a process, file or recording",
              "maps $$",
              c -> new MapsCommand(c)),
          new Verb(
              "explain",
              "why a process has so many mappings, and what would remove them",
              "explain $$",
              c -> new ExplainCommand(c)),
          new Verb(
              "users",
              "the drivers and file systems that scripts can mount",
              "users",
              c -> new UsersCommand(c)),
          new Verb(
              "check",
              "look for mistakes in the mmap hooks of drivers and file systems",
              "check zero --profile LINUX_6_19",
              c -> new CheckCommand(c)),
          new Verb(
              "fuzz",
              "random calls on the model and the kernel, compared after each",
              "fuzz --seconds 30",
              c -> new FuzzCommand(c)),
          new Verb(
              "bench",
              "measure vmarea beside the kernel and a TreeMap",
              "bench --quick lookup",
              c -> new BenchCommand(c)),
          new Verb("help", "explain a verb", "help version", c -> new HelpCommand(c)),
          new Verb("version", "versions of vmarea and Java", "version", c -> new VersionCommand(c)),
          new Verb(
              "completion",
              "completion script for bash or zsh",
              "completion bash",
              c -> new CompletionCommand(c)));

  private Verbs() {}

  static List<Verb> all() {
    return ALL;
  }

  static Optional<Verb> find(String name) {
    return ALL.stream().filter(verb -> verb.name().equals(name)).findFirst();
  }

  /** Verbs that the user may have meant: nearest first, none when nothing is near. */
  static List<String> similar(String name) {
    List<String> near = new ArrayList<>();
    for (int distance = 0; distance <= 2; distance++) {
      for (Verb verb : ALL) {
        if (editDistance(name, verb.name()) == distance
            || distance == 2 && name.length() > 1 && verb.name().startsWith(name)) {
          if (!near.contains(verb.name())) {
            near.add(verb.name());
          }
        }
      }
    }
    return near;
  }

  /** Levenshtein's distance; names are short, so the plain table will do. */
  private static int editDistance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
