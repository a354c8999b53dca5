// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A process's descriptors ({@code files_struct}); shared by threads and by CLONE_FILES. */
final class DescriptorTable {
  private final Map<Integer, Descriptor> open = new HashMap<>();
  private int users;

  /** A table with the same descriptors, as a child gets it. */
  DescriptorTable copy() {
    DescriptorTable copy = new DescriptorTable();
    open.forEach((fd, d) -> copy.open.put(fd, d.duplicate(d.closeOnExec())));
    return copy;
  }

  /** One thread more uses it. */
  void join() {
    users++;
  }

  /** A thread no longer uses it; with the last one all is closed. */
  void leave() {
    users--;
    if (users == 0) {
      closeIf(fd -> true);
    }
  }

  @Nullable Descriptor get(int fd) {
    return open.get(fd);
  }

  void put(int fd, Descriptor descriptor) {
    closed(open.put(fd, descriptor));
  }

  /** Replaces the entry by another state of it. */
  void mark(int fd, boolean closesOnExec) {
    open.computeIfPresent(fd, (number, d) -> d.marked(closesOnExec));
  }

  void close(int fd) {
    closed(open.remove(fd));
  }

  private static void closed(@Nullable Descriptor descriptor) {
    if (descriptor != null) {
      descriptor.close();
    }
  }

  /** close_range with both ends included; unsigned numbers. */
  void closeRange(int first, int last, boolean onlyMark) {
    if (onlyMark) {
      open.replaceAll((fd, d) -> within(fd, first, last) ? d.marked(true) : d);
    } else {
      closeIf(fd -> within(fd, first, last));
    }
  }

  /** What execve closes. */
  void closeOnExec() {
    open.values()
        .removeIf(d -> {
          if (d.closeOnExec()) {
            d.close();
          }
          return d.closeOnExec();
        });
  }

  private void closeIf(IntPredicate which) {
    open.entrySet()
        .removeIf(entry -> {
          boolean gone = which.test(entry.getKey());
          if (gone) {
            entry.getValue().close();
          }
          return gone;
        });
  }

  private static boolean within(int fd, int first, int last) {
    return Integer.compareUnsigned(fd, first) >= 0 && Integer.compareUnsigned(fd, last) <= 0;
  }
}
