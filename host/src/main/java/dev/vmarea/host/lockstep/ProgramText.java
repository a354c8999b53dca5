// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.host.fuzz.Order;
import dev.vmarea.testkit.Call;
import dev.vmarea.testkit.Verb;
import dev.vmarea.testkit.WrittenBytes;
import java.util.ArrayList;
import java.util.List;

/**
 * A sequence as a C program that makes the same calls and prints their results beside the recorded
 * ones, then its map. It has other mappings than a puppet, so calls that let the kernel choose an
 * address get another one.
 */
final class ProgramText {
  private final List<Twin.Step> steps;
  private final Order order;
  private final StringBuilder out = new StringBuilder();

  ProgramText(final List<Twin.Step> steps, final Order order) {
    this.steps = steps;
    this.order = order;
  }

  String text(final String difference) {
    out.append("// Made by vmarea fuzz, seed ").append(order.seed()).append(".\n");
    difference.lines().forEach(line -> out.append("// ").append(printable(line)).append('\n'));
    out.append(PROLOGUE);
    if (!order.privileged()) {
      out.append("  drop_capabilities();\n");
    }
    final List<Integer> alive = new ArrayList<>();
    for (final Twin.Step step : steps) {
      if (!alive.contains(step.pid())) {
        alive.add(step.pid());
      }
    }
    if (alive.size() > 1) {
      out.append(
          "  // Several processes: each runs its own calls; they do not wait for each other.\n");
    }
    branch(alive.isEmpty() ? 0 : alive.getFirst(), 0, 1);
    return out.append("  return 0;\n}\n").toString();
  }

  /** The calls of one process; a fork makes a branch that holds the child's. */
  private void branch(final int pid, final int from, final int depth) {
    final String indent = "  ".repeat(depth);
    for (int i = from; i < steps.size(); i++) {
      final Twin.Step step = steps.get(i);
      if (step.pid() != pid) {
        continue;
      }
      final Call call = step.call();
      if (call.verb() == Verb.FORK && step.result() == 0) {
        final int child = childOf(i);
        out.append(indent).append("if (fork() == 0) {\n");
        branch(child, i + 1, depth + 1);
        out.append(indent).append("  _exit(0);\n").append(indent).append("}\n");
        out.append(indent).append("wait(0);\n");
      } else if (call.verb() == Verb.WRITE || call.verb() == Verb.READ) {
        out.append(indent)
            .append("touch(")
            .append(hex(call.argument(0)))
            .append(call.verb() == Verb.WRITE ? ", " + (Twin.value(i) & 0xff) : ", -1")
            .append(", \"")
            .append(Twin.text(call, step.result()))
            .append("\");\n");
      } else if (call.verb() != Verb.SWITCH
          && call.verb() != Verb.EXIT
          && call.verb() != Verb.FORK) {
        out.append(indent)
            .append("told(\"")
            .append(call)
            .append("\", ")
            .append(expression(call, i))
            .append(", ")
            .append(step.result())
            .append("L);\n");
      }
    }
    out.append(indent).append("print_maps();\n");
  }

  private int childOf(final int forkStep) {
    return forkStep + 1 < steps.size() ? steps.get(forkStep + 1).pid() : 0;
  }

  private static String expression(final Call call, final int step) {
    final long[] a = call.values();
    return switch (call.verb()) {
      case MMAP -> "syscall(SYS_mmap, " + list(a, 4) + ", file(" + a[4] + "), " + hex(a[5]) + ")";
      case FTRUNCATE -> "syscall(SYS_ftruncate, file(" + a[0] + "), " + hex(a[1]) + ")";
      case PWRITE64 ->
          "syscall(SYS_pwrite64, file("
              + a[0]
              + "), pattern + "
              + WrittenBytes.start(Twin.value(step))
              + ", "
              + hex(a[2])
              + ", "
              + hex(a[1])
              + ")";
      case PUNCH_HOLE ->
          "syscall(SYS_fallocate, file(" + a[0] + "), 3L, " + hex(a[1]) + ", " + hex(a[2]) + ")";
      case ADD_SEALS -> "syscall(SYS_fcntl, file(" + a[0] + "), 1033L, " + hex(a[1]) + ")";
      case SHM_REMOVE -> "syscall(SYS_shmctl, (long)segment(" + a[0] + "), 0L, 0L)";
      case MSEAL -> "syscall(462, " + list(a, 2) + ", 0L)";
      case MBIND ->
          a[2] == 0
              ? "syscall(SYS_mbind, " + list(a, 2) + ", 0L, 0L, 0L, 0L)"
              : "syscall(SYS_mbind, " + list(a, 2) + ", 2L, &node0, 65L, 0L)";
      case SHMAT ->
          "syscall(SYS_shmat, (long)segment(" + a[0] + "), " + hex(a[1]) + ", " + hex(a[2]) + ")";
      case SETRLIMIT -> "soft_limit(" + a[0] + ", " + hex(a[1]) + ")";
      case SET_MDWE -> "syscall(SYS_prctl, 65L, " + hex(a[0]) + ", 0L, 0L, 0L)";
      case SET_MEMORY_MERGE -> "syscall(SYS_prctl, 67L, " + hex(a[0]) + ", 0L, 0L, 0L)";
      case SET_MEMPOLICY_HOME_NODE -> "syscall(450, " + list(a, a.length) + ")";
      default ->
          "syscall(SYS_" + call.verb() + (a.length == 0 ? "" : ", " + list(a, a.length)) + ")";
    };
  }

  private static String list(final long[] values, final int count) {
    final List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(hex(values[i]));
    }
    return String.join(", ", words);
  }

  private static String hex(final long value) {
    return "0x" + Long.toHexString(value) + "L";
  }

  private static String printable(final String text) {
    final StringBuilder safe = new StringBuilder(text.length());
    text.chars().forEach(c -> safe.append(c >= ' ' && c <= '~' && c != '\\' ? (char) c : '?'));
    return safe.toString();
  }

  private static final String PROLOGUE =
      """
      // Compile: cc -static -o repro repro.c; run: setarch -R ./repro
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <setjmp.h>
      #include <signal.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/mman.h>
      #include <sys/resource.h>
      #include <sys/shm.h>
      #include <sys/syscall.h>
      #include <sys/wait.h>
      #include <unistd.h>

      __attribute__((unused)) static unsigned long node0 = 1;
      static int files[16];
      static unsigned char pattern[428];
      static int segments[3];
      static sigjmp_buf back;

      __attribute__((unused))
      static int file(long n) { return n >= 0 && n < 13 ? files[n] : -1; }
      __attribute__((unused))
      static int segment(long n) { return n >= 1 && n <= 2 ? segments[n] : -1; }

      static long told(const char *call, long result, long recorded) {
        if (result == -1) result = -errno;
        fprintf(stderr, "%s = %#lx (recorded %#lx)\\n", call, result, recorded);
        return result;
      }

      static void caught(int signal) { siglongjmp(back, signal); }

      /* Stores a byte, or loads one if it is -1. */
      static void touch(long address, int byte, const char *recorded) {
        volatile unsigned char *at = (volatile unsigned char *)address;
        int signal = sigsetjmp(back, 1);
        int loaded = 0;
        if (signal == 0) {
          if (byte < 0) loaded = *at; else *at = (unsigned char)byte;
        }
        fprintf(stderr, "%s %#lx: ", byte < 0 ? "read" : "write", address);
        if (signal != 0) fprintf(stderr, "signal %d", signal);
        else if (byte < 0) fprintf(stderr, "the byte %d", loaded);
        else fprintf(stderr, "done");
        fprintf(stderr, " (recorded %s)\\n", recorded);
      }

      __attribute__((unused))
      static long soft_limit(int resource, unsigned long soft) {
        struct rlimit limit;
        getrlimit(resource, &limit);
        limit.rlim_cur = soft;
        return setrlimit(resource, &limit);
      }

      __attribute__((unused))
      static void drop_capabilities(void) {
        unsigned header[2] = {0x20080522, 0};
        unsigned none[6] = {0};
        syscall(SYS_capset, header, none);
      }

      static void print_maps(void) {
        char line[512];
        FILE *maps = fopen("/proc/self/maps", "r");
        while (maps && fgets(line, sizeof line, maps)) fputs(line, stderr);
        if (maps) fclose(maps);
      }

      static void open_files(void) {
        char name[] = "/tmp/repro-XXXXXX", small[] = "/tmp/repro-XXXXXX";
        files[0] = mkstemp(name);
        ftruncate(files[0], 20 * 4096);
        files[1] = open(name, O_RDWR);
        files[2] = open(name, O_RDONLY);
        files[3] = open(name, O_WRONLY);
        files[4] = open(name, O_PATH);
        unlink(name);
        files[5] = mkstemp(small);
        ftruncate(files[5], 4096 + 1500);
        unlink(small);
        files[6] = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);
        ftruncate(files[6], 20 * 4096);
        for (int i = 7; i <= 9; i++) {
          files[i] = memfd_create("vmarea", MFD_ALLOW_SEALING);
          ftruncate(files[i], i == 9 ? 4096 + 1500 : 20 * 4096);
        }
        fcntl(files[8], F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
        fcntl(files[9], F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW);
        files[10] = open("/dev/zero", O_RDWR);
        files[11] = open("/dev/zero", O_RDONLY);
        files[12] = open("/", O_RDONLY | O_DIRECTORY);
        segments[1] = shmget(IPC_PRIVATE, 4 * 4096, IPC_CREAT | 0700);
        segments[2] = shmget(IPC_PRIVATE, 2 * 4096 + 500, IPC_CREAT | 0700);
        for (int i = 1; i <= 2; i++) {  // they go with this process
          shmat(segments[i], 0, 0);
          shmctl(segments[i], IPC_RMID, 0);
        }
      }

      int main(void) {
        static char stack[65536];
        stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
        struct sigaction action = {.sa_handler = caught, .sa_flags = SA_ONSTACK | SA_NODEFER};
        sigaltstack(&other, 0);
        sigaction(SIGSEGV, &action, 0);
        sigaction(SIGBUS, &action, 0);
        for (int i = 0; i < 428; i++) pattern[i] = (unsigned char)(1 + i * 89 + (i >> 6));
        open_files();
      """;
}
