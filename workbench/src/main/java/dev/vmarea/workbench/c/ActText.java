// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Acts as C expressions: -1 and errno, or what else a call returns. */
final class ActText {
  private static final Map<Integer, String> PROTECTIONS = new LinkedHashMap<>();
  private static final Map<Integer, String> MAP_FLAGS = new LinkedHashMap<>();

  static {
    PROTECTIONS.put(Prot.READ, "PROT_READ");
    PROTECTIONS.put(Prot.WRITE, "PROT_WRITE");
    PROTECTIONS.put(Prot.EXEC, "PROT_EXEC");
    MAP_FLAGS.put(MapFlags.SHARED_VALIDATE, "MAP_SHARED_VALIDATE");
    MAP_FLAGS.put(MapFlags.SHARED, "MAP_SHARED");
    MAP_FLAGS.put(MapFlags.PRIVATE, "MAP_PRIVATE");
    MAP_FLAGS.put(MapFlags.FIXED, "MAP_FIXED");
    MAP_FLAGS.put(MapFlags.ANONYMOUS, "MAP_ANONYMOUS");
    MAP_FLAGS.put(MapFlags.LOCKED, "MAP_LOCKED");
    MAP_FLAGS.put(MapFlags.NORESERVE, "MAP_NORESERVE");
    MAP_FLAGS.put(MapFlags.POPULATE, "MAP_POPULATE");
  }

  private ActText() {}

  /**
   * The expression; of an open without what keeps its descriptor.
   *
   * @throws NotTriable if there is no call for it
   */
  static String of(Act act) throws NotTriable {
    return switch (act) {
      case Act.Open one -> RealFile.open(one);
      case Act.Close one -> "close(" + file(one.handle()) + ")";
      case Act.Map one ->
          call(
              "mmap",
              page(one.page()),
              bytes(one.bytes()),
              flags(PROTECTIONS, one.prot(), "PROT_NONE"),
              flags(MAP_FLAGS, one.flags(), "0"),
              one.handle() == Act.ANONYMOUS ? "-1" : file(one.handle()),
              bytes(one.offset()));
      case Act.Attach one ->
          call(
              "shmat",
              "segment(" + one.segment() + ", " + bytes(one.bytes()) + ")",
              page(one.page()),
              hex(one.flags()));
      case Act.Detach one -> call("shmdt", page(one.page()));
      case Act.Unmap one -> call("munmap", page(one.page()), pages(one.pages()));
      case Act.Protect one ->
          call(
              "mprotect",
              page(one.page()),
              pages(one.pages()),
              flags(PROTECTIONS, one.prot(), "PROT_NONE"));
      case Act.Move one ->
          call(
              "mremap",
              page(one.page()),
              pages(one.pages()),
              pages(one.newPages()),
              hex(one.flags()),
              page(one.newPage()));
      case Act.Advise one ->
          call("madvise", page(one.page()), pages(one.pages()), hex(one.advice()));
      case Act.Lock one -> call("mlock", page(one.page()), pages(one.pages()));
      case Act.Unlock one -> call("munlock", page(one.page()), pages(one.pages()));
      case Act.Load one -> call("load", page(one.page()), Integer.toString(one.at()));
      case Act.Store one ->
          call(
              "store",
              page(one.page()),
              Integer.toString(one.at()),
              Integer.toString(one.value() & 0xff));
      case Act.Unlink one -> call("unlink", RealFile.name(one.path()));
      case Act.Truncate one -> call("ftruncate", file(one.handle()), bytes(one.bytes()));
      case Act.PunchHole one ->
          call(
              "fallocate",
              file(one.handle()),
              "FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE",
              bytes(one.offset()),
              bytes(one.bytes()));
      case Act.Write one ->
          call(
              "write_byte",
              file(one.handle()),
              bytes(one.offset()),
              Integer.toString(one.value() & 0xff));
      case Act.Fork one -> throw new NotTriable("it needs several processes, " + one);
      case Act.Exit one -> throw new NotTriable("it needs an end of a process, " + one);
      case Act.Control one -> throw new NotTriable("it needs \"" + one.words() + "\"");
      case Act.Failing one -> throw new NotTriable("it needs an injected failure, " + one);
    };
  }

  /** The variable of a descriptor. */
  static String file(int handle) {
    return "files[" + handle + "]";
  }

  private static String call(String name, String... arguments) {
    return name + "(" + String.join(", ", arguments) + ")";
  }

  private static String page(long page) {
    return "PAGE(" + page + ")";
  }

  private static String pages(long count) {
    return count + " * 4096L";
  }

  private static String bytes(long bytes) {
    return bytes != 0 && Pages.isAligned(bytes) ? pages(Pages.count(bytes)) : bytes + "L";
  }

  private static String hex(int value) {
    return value == 0 ? "0" : "0x" + Integer.toHexString(value);
  }

  private static String flags(Map<Integer, String> names, int value, String none) {
    List<String> words = new ArrayList<>();
    int rest = value;
    for (Map.Entry<Integer, String> one : names.entrySet()) {
      if ((rest & one.getKey()) == one.getKey()) {
        words.add(one.getValue());
        rest &= ~one.getKey();
      }
    }
    if (rest != 0) {
      words.add(hex(rest));
    }
    return words.isEmpty() ? none : String.join(" | ", words);
  }
}
