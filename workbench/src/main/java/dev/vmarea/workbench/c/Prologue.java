// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.base.Pages;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.lab.Window;
import java.util.List;

/** The part of the programs that is the same for all: what calls are made with. */
final class Prologue {
  private Prologue() {}

  /** The part, for the files of this run. */
  static String of(Run run) throws NotTriable {
    List<String> unlinking = Steps.unlinking(run);
    String cleanup =
        unlinking.isEmpty() ? "  /* No names. */" : "  " + String.join("\n  ", unlinking);
    return TEXT.replace("@BASE@", "0x" + Long.toHexString(Window.USUAL_BASE) + "L")
        .replace("@HUGE@", Long.toString(hugePages(run)))
        .replace("@CLEANUP@", cleanup);
  }

  /** Huge pages that all mappings of such files may need together. */
  private static long hugePages(Run run) throws NotTriable {
    boolean huge = false;
    long bytes = 0;
    for (Step step : run.steps()) {
      if (step.act() instanceof Act.Open open) {
        huge |= RealFile.of(open.path()) == RealFile.HUGE_PAGES;
      } else if (step.act() instanceof Act.Map map && map.handle() != Act.ANONYMOUS) {
        bytes += Pages.ceil(map.bytes()) + (2L << 20);
      }
    }
    return huge ? bytes >> 21 : 0;
  }

  private static final String TEXT =
      """
      #define _GNU_SOURCE
      #include <stdio.h>
      #if !defined(__linux__) || !defined(__x86_64__)
      int main(void) {
        puts("Cannot be tried here: this is for Linux on x86-64.");
        return 77;
      }
      #else
      #include <errno.h>
      #include <fcntl.h>
      #include <setjmp.h>
      #include <signal.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/mman.h>
      #include <sys/shm.h>
      #include <sys/syscall.h>
      #include <sys/wait.h>
      #include <unistd.h>
      #ifndef SYS_memfd_secret
      #define SYS_memfd_secret 447
      #endif
      #ifndef MAP_SHARED_VALIDATE
      #define MAP_SHARED_VALIDATE 3
      #endif

      #define UNUSED __attribute__((unused))
      #define BASE @BASE@
      #define WINDOW_END (BASE + (1L << 40))
      #define PAGE(n) ((void *)(BASE + (n) * 4096L))
      #define HUGE_PAGES_NEEDED @HUGE@L

      enum { FINE = 0, DEFECT = 1, CANNOT_TRY = 77 };

      /* Results beside errors and bytes: some success, and the signal that an access ended with. */
      #define OK (-100000L)
      #define SIGNAL(number) (-200000L - (number))

      #define DO(expected, call) done(#call, (long)(call), expected, expected)
      #define EITHER(good, bad, call) done(#call, (long)(call), good, bad)

      static UNUSED int files[64];
      static UNUSED int segments[65];
      static sigjmp_buf back;

      /* A name in /dev/shm that no other program has. */
      static UNUSED const char *shm_name(const char *name) {
        static char text[256];
        snprintf(text, sizeof text, "/dev/shm/vmarea-%ld%s", (long)getpid(), name);
        return text;
      }

      static void leave(int status) {
      @CLEANUP@
        fflush(stdout);
        _exit(status);
      }

      static const char *told(long result) {
        static char texts[4][64];
        static int next;
        char *text = texts[next++ % 4];
        if (result == OK) snprintf(text, sizeof texts[0], "success");
        else if (result <= SIGNAL(0)) snprintf(text, sizeof texts[0], "signal %ld", SIGNAL(0) - result);
        else if (result < 0) snprintf(text, sizeof texts[0], "\\"%s\\"", strerror((int)-result));
        else snprintf(text, sizeof texts[0], "%#lx", result);
        return text;
      }

      static UNUSED int matches(long result, long expected) {
        return expected == OK ? result >= 0 : result == expected;
      }

      /* Ends the program unless the call came to what is good; bad is what the defect makes of it. */
      static UNUSED long done(const char *call, long result, long good, long bad) {
        if (result == -1) result = -errno;
        if (matches(result, good)) return result;
        if (good != bad && matches(result, bad)) {
          printf("%s says %s instead of %s: the defect is there.\\n", call, told(result), told(good));
          leave(DEFECT);
        }
        printf("Cannot be tried here: %s says %s instead of %s.\\n", call, told(result), told(good));
        leave(CANNOT_TRY);
        return -1;
      }

      static UNUSED int secret_file(void) {
        int file = (int)syscall(SYS_memfd_secret, 0);
        if (file < 0) {
          printf("Cannot be tried here: no memfd_secret (%s).\\n", strerror(errno));
          leave(CANNOT_TRY);
        }
        return file;
      }

      static UNUSED long meminfo(const char *key) {
        char line[256];
        long value = -1;
        FILE *file = fopen("/proc/meminfo", "r");
        while (file && fgets(line, sizeof line, file))
          if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
            value = atol(line + strlen(key) + 1);
        if (file) fclose(file);
        return value;
      }

      static UNUSED int huge_file(int flags) {
        char name[64];
        int file;
        if (meminfo("Hugepagesize") != 2048 || meminfo("HugePages_Free") < HUGE_PAGES_NEEDED) {
          printf("Cannot be tried here: %ld free huge pages of 2 MiB are needed.\\n", HUGE_PAGES_NEEDED);
          leave(CANNOT_TRY);
        }
        file = memfd_create("vmarea", MFD_HUGETLB);
        snprintf(name, sizeof name, "/proc/self/fd/%d", file);
        return open(name, flags & O_ACCMODE);
      }

      /* A segment that goes with this process. */
      static UNUSED int segment(int number, long bytes) {
        if (!segments[number]) {
          int id = shmget(IPC_PRIVATE, (size_t)bytes, IPC_CREAT | 0600);
          if (id < 0) return id;
          shmat(id, 0, 0);
          shmctl(id, IPC_RMID, 0);
          segments[number] = id + 1;
        }
        return segments[number] - 1;
      }

      static UNUSED long write_byte(int file, long offset, int value) {
        unsigned char byte = (unsigned char)value;
        return pwrite(file, &byte, 1, offset);
      }

      static void caught(int number) { siglongjmp(back, number); }

      static UNUSED long load(void *page, int at) {
        int number = sigsetjmp(back, 1);
        return number ? SIGNAL(number) : *((volatile unsigned char *)page + at);
      }

      static UNUSED long store(void *page, int at, int value) {
        int number = sigsetjmp(back, 1);
        if (number) return SIGNAL(number);
        *((volatile unsigned char *)page + at) = (unsigned char)value;
        return 0;
      }

      /* Compares what is mapped in the window: pages and letters as in /proc/self/maps. */
      static UNUSED void mapped(const char *after, const char *good, const char *bad) {
        char line[512], letters[8], last[8] = "", text[4096] = "";
        long from, to, start = 0, end = -1;
        FILE *file = fopen("/proc/self/maps", "r");
        while (file && fgets(line, sizeof line, file)) {
          if (sscanf(line, "%lx-%lx %4s", &from, &to, letters) != 3) continue;
          if (from < BASE || to > WINDOW_END) continue;
          from = (from - BASE) / 4096;
          to = (to - BASE) / 4096;
          if (from != end || strcmp(letters, last)) {
            if (end >= 0)
              snprintf(text + strlen(text), sizeof text - strlen(text), "%ld-%ld %s ", start, end, last);
            start = from;
            strcpy(last, letters);
          }
          end = to;
        }
        if (file) fclose(file);
        if (end >= 0)
          snprintf(text + strlen(text), sizeof text - strlen(text), "%ld-%ld %s ", start, end, last);
        if (!strcmp(text, good)) return;
        printf("After %s, mapped: \\"%s\\" instead of \\"%s\\".\\n", after, text, good);
        if (strcmp(text, bad)) printf("Cannot be tried here: neither good nor the known defect.\\n");
        leave(strcmp(text, bad) ? CANNOT_TRY : DEFECT);
      }

      /* Runs the calls in a process of their own; what it ends with. */
      static int in_child(void (*calls)(int), int argument) {
        int status;
        pid_t pid;
        fflush(stdout);
        pid = fork();
        if (pid == 0) {
          struct sigaction action = {.sa_handler = caught};
          sigaction(SIGSEGV, &action, 0);
          sigaction(SIGBUS, &action, 0);
          calls(argument);
          leave(FINE);
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
          puts("Cannot be tried here: the process of the calls did not come to its end.");
          return CANNOT_TRY;
        }
        return WEXITSTATUS(status);
      }

      """;
}
