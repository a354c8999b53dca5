// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A process's descriptors ({@code files_struct}); shared by threads and by CLONE_FILES. */
final class DescriptorTable {
  private final Map<Integer, Descriptor> open;

  DescriptorTable() {
    this(Map.of());
  }

  private DescriptorTable(Map<Integer, Descriptor> open) {
    this.open = new HashMap<>(open);
  }

  DescriptorTable copy() {
    return new DescriptorTable(open);
  }

  @Nullable Descriptor get(int fd) {
    return open.get(fd);
  }

  void put(int fd, Descriptor descriptor) {
    open.put(fd, descriptor);
  }

  void close(int fd) {
    open.remove(fd);
  }

  /** close_range with both ends included; unsigned numbers. */
  void closeRange(int first, int last, boolean onlyMark) {
    if (onlyMark) {
      open.replaceAll((fd, d) -> within(fd, first, last) ? marked(d) : d);
    } else {
      open.keySet().removeIf(fd -> within(fd, first, last));
    }
  }

  /** What execve closes. */
  void closeOnExec() {
    open.values().removeIf(Descriptor::closeOnExec);
  }

  private static boolean within(int fd, int first, int last) {
    return Integer.compareUnsigned(fd, first) >= 0 && Integer.compareUnsigned(fd, last) <= 0;
  }

  private static Descriptor marked(Descriptor d) {
    return new Descriptor(d.file(), true, d.identified());
  }
}
