// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.snapshot.MappedObject;
import dev.vmarea.explain.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who likely made the areas of a cause. Only what is mapped, and where, is evidence; it is told,
 * too.
 */
final class Producers {
  /** A part of the name of a mapped file, and who is at work then. */
  private static final Map<String, String> RUNTIMES = new LinkedHashMap<>();

  static {
    RUNTIMES.put("/libjvm.so", "the Java virtual machine");
    RUNTIMES.put("/libcoreclr.so", ".NET");
    RUNTIMES.put("/memfd:doublemapper", ".NET's mapping of code twice");
    RUNTIMES.put("/libnode.so", "Node.js and its V8");
    RUNTIMES.put("/bin/node", "Node.js and its V8");
    RUNTIMES.put("/libv8", "V8");
    RUNTIMES.put("/libjemalloc", "jemalloc");
    RUNTIMES.put("/libtcmalloc", "tcmalloc");
    RUNTIMES.put("/libmimalloc", "mimalloc");
    RUNTIMES.put("/bin/python3", "Python");
    RUNTIMES.put("/libpython3", "Python");
    RUNTIMES.put("/libruby", "Ruby");
    RUNTIMES.put("/libphp", "PHP");
    RUNTIMES.put("/bin/postgres", "PostgreSQL");
    RUNTIMES.put("/mysqld", "MySQL");
    RUNTIMES.put("/mariadbd", "MariaDB");
    RUNTIMES.put("/mongod", "MongoDB");
    RUNTIMES.put("/redis-server", "Redis");
    RUNTIMES.put("/valkey-server", "Valkey");
    RUNTIMES.put("/chrome", "Chromium");
  }

  /** Where Go on 64-bit systems has its arenas. */
  private static final long GO_ARENA = 0xc000000000L;

  private static final long ARENA_SIZE = 64L << 20;
  private static final long SMALLEST_STACK = 128L << 10;

  private final Snapshot snapshot;
  private final List<String> runtimes = new ArrayList<>();
  private boolean hasGlibc;
  private boolean hasMusl;

  Producers(Snapshot snapshot) {
    this.snapshot = snapshot;
    Map<String, String> found = new LinkedHashMap<>();
    for (MappedObject object : snapshot.objects()) {
      String name = object.name();
      hasGlibc |= name.contains("/libc.so.6") || name.contains("/libc-2.");
      hasMusl |= name.contains("/ld-musl-");
      for (Map.Entry<String, String> runtime : RUNTIMES.entrySet()) {
        int at = name.indexOf(runtime.getKey());
        boolean whole =
            at >= 0 && (runtime.getKey().startsWith("/lib") || isEnd(name, at, runtime));
        if (whole) {
          found.putIfAbsent(runtime.getValue(), name.substring(name.lastIndexOf('/') + 1));
        }
      }
    }
    found.forEach((who, file) -> runtimes.add(who + " (" + file + " is mapped)"));
    int arena = snapshot.find(GO_ARENA);
    if (arena < snapshot.size()
        && snapshot.start(arena) == GO_ARENA
        && snapshot.object(arena).isAnonymous()) {
      runtimes.add("Go (memory from 0xc000000000 on, where its arenas begin)");
    }
  }

  private static boolean isEnd(String name, int at, Map.Entry<String, String> runtime) {
    String rest = name.substring(at + runtime.getKey().length());
    return rest.isEmpty() || rest.equals(" (deleted)") || rest.matches("[-.0-9].*");
  }

  /** The title of a cause, where its pattern says more than its kind. */
  String title(CauseKind kind, Pattern pattern) {
    return kind == CauseKind.GUARD && isStacks(pattern)
        ? "guard pages of thread stacks"
        : kind.title();
  }

  private static boolean isStacks(Pattern pattern) {
    return pattern.size() >= SMALLEST_STACK;
  }

  /** Who likely made them, with the evidence; empty if there is none. */
  String of(CauseKind kind, Pattern pattern, int example) {
    List<String> who = new ArrayList<>();
    switch (kind) {
      case GUARD -> {
        if (isStacks(pattern)) {
          who.add(
              "threads: memory of the size of a stack above each guard"
                  + (hasGlibc ? ", and glibc is mapped" : hasMusl ? ", and musl is mapped" : ""));
        }
        who.addAll(runtimes);
      }
      case RESERVATION -> {
        if (isArena(example)) {
          who.add("arenas of glibc's malloc: they begin at multiples of 64 MiB");
        }
        who.addAll(runtimes);
      }
      case PROTECTION, WRITTEN_APART, FLAGS, DOUBLE_MAPPING, MAPPED_TWICE, FILE_PIECES ->
          who.addAll(runtimes);
      default -> {}
    }
    return String.join("; ", who);
  }

  /** The accessible part of an arena, with the rest of it reserved behind. */
  private boolean isArena(int i) {
    return hasGlibc
        && snapshot.start(i) % ARENA_SIZE == 0
        && VmFlags.has(snapshot.flags(i), VmFlags.READ | VmFlags.WRITE)
        && snapshot.end(i + 1) % ARENA_SIZE == 0;
  }
}
