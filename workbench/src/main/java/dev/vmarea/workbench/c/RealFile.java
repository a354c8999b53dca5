// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.drivers.ground.Act;

/** What of the model's files a real kernel has, and how a C program comes by it. */
enum RealFile {
  /** memfd_secret(2). */
  SECRET("secretmem:"),
  /** memfd_create(2). */
  MEMFD("memfd:"),
  /** A file of its own in /dev/shm. */
  TMPFS("/dev/shm"),
  /** The device. */
  ZERO("/dev/zero"),
  /** memfd_create(2) with huge pages of 2 MiB. */
  HUGE_PAGES("/dev/hugepages");

  private final String prefix;

  RealFile(String prefix) {
    this.prefix = prefix;
  }

  /**
   * What is at a path of the model.
   *
   * @throws NotTriable if a real kernel need not have that, or has something else there
   */
  static RealFile of(String path) throws NotTriable {
    for (RealFile file : values()) {
      boolean below = file == TMPFS || file == HUGE_PAGES;
      if (below ? path.startsWith(file.prefix + "/") || path.equals(file.prefix) : file.is(path)) {
        return file;
      }
    }
    throw new NotTriable("it needs " + path + " as the model has it, which few kernels have");
  }

  private boolean is(String path) {
    return this == ZERO ? path.equals(prefix) : path.startsWith(prefix);
  }

  /** The C expression that opens it; it is a descriptor or -1. */
  static String open(Act.Open open) throws NotTriable {
    String flags = "0x" + Integer.toHexString(open.flags());
    return switch (of(open.path())) {
      case SECRET -> "secret_file()";
      case MEMFD -> "memfd_create(\"vmarea\", 0)";
      case TMPFS -> "open(" + name(open.path()) + ", O_CREAT | " + flags + ", 0600)";
      case ZERO -> "open(\"/dev/zero\", " + flags + ")";
      case HUGE_PAGES -> "huge_file(" + flags + ")";
    };
  }

  /** The C expression for the name of a file in /dev/shm: one that nobody else has. */
  static String name(String path) {
    return "shm_name(\"" + path.replaceAll("[^A-Za-z0-9]", "-") + "\")";
  }
}
