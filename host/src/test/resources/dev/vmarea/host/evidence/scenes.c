// SPDX-License-Identifier: Apache-2.0
// Small scenes for the evidence tests; argv[1] names the scene. The playground is at BASE, where
// nothing else is. "ask" is a memory call that changes nothing but makes the recorder look.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE ((char *)0x100000000000L)
#define P 4096L
#define RW (PROT_READ | PROT_WRITE)
#define FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE)

static volatile char seen;

static char *map(long page, long pages, int flags) {
  char *p = mmap(BASE + page * P, pages * P, RW, FLAGS | flags, -1, 0);
  if (p == MAP_FAILED) {
    _exit(2);
  }
  return p;
}

static void ask(long page, long pages) {
  madvise(BASE + page * P, pages * P, MADV_NORMAL);
}

static void kernel_write(char *to) {
  int zero = open("/dev/zero", O_RDONLY);
  if (read(zero, to, 10) != 10) {
    _exit(3);
  }
  close(zero);
}

// three VMAs of three pages touched in the order of argv[2] in the way of argv[3]
static void order(const char *which, char how) {
  map(0, 9, 0);
  mprotect(BASE + 3 * P, 3 * P, PROT_READ | PROT_WRITE | PROT_EXEC);
  for (; *which; which++) {
    char *p = BASE + (*which - '0') * 3 * P;
    if (how == 'w') {
      *(volatile char *)p = 1;
    } else if (how == 'r') {
      seen = *(volatile char *)p;
    } else {
      kernel_write(p);
    }
  }
  mprotect(BASE + 3 * P, 3 * P, RW);
}

static void *second_thread(void *to) {
  *(volatile char *)to = 1;
  return 0;
}

#define WRITES 100L

static void *backwards(void *thread) {
  for (long i = WRITES - 1; i >= 0; i--) {
    *(volatile char *)(BASE + 2 * P * (4 * i + (long)thread)) = 1;
  }
  return 0;
}

static int deep(int n) {
  volatile char frame[4096];
  frame[0] = (char)n;
  return n == 0 ? frame[0] : deep(n - 1) + frame[0];
}

int main(int argc, char **argv) {
  const char *scene = argv[1];
  if (!strcmp(scene, "order")) {
    order(argv[2], argv[3][0]);
  } else if (!strcmp(scene, "populate")) {
    map(0, 4, MAP_POPULATE);
    ask(0, 1);
  } else if (!strcmp(scene, "zero-page")) {
    map(0, 4, 0);
    seen = BASE[0];
    ask(0, 1);
  } else if (!strcmp(scene, "huge-zero-page")) {
    map(0, 1024, 0);
    madvise(BASE, 1024 * P, MADV_HUGEPAGE);
    seen = BASE[0];
    ask(0, 1);
  } else if (!strcmp(scene, "huge-order")) {
    // three huge VMAs: the outer ones are only read, the middle one is written
    map(0, 1536, 0);
    madvise(BASE, 1536 * P, MADV_HUGEPAGE);
    mprotect(BASE + 512 * P, 512 * P, RW | PROT_EXEC);
    mprotect(BASE, 512 * P, PROT_READ);
    seen = BASE[1024 * P + 5 * P];
    seen += BASE[0];
    seen += BASE[4 * P];
    BASE[600 * P] = 1;
    ask(512, 1);
  } else if (!strcmp(scene, "huge-page")) {
    map(0, 1024, 0);
    madvise(BASE, 1024 * P, MADV_HUGEPAGE);
    BASE[0] = 1;
    ask(0, 1);
  } else if (!strcmp(scene, "file")) {
    int fd = open(argv[0], O_RDONLY);
    mmap(BASE, 2 * P, RW, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);
    mmap(BASE + 4 * P, 2 * P, RW, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);
    seen = BASE[0] + BASE[4 * P];
    BASE[4 * P] = 1;
    ask(0, 1);
    ask(4, 1);
  } else if (!strcmp(scene, "shared")) {
    mmap(BASE, P, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    BASE[0] = 1;
    ask(0, 1);
  } else if (!strcmp(scene, "stack")) {
    seen = deep(256);
    map(0, 1, 0);
  } else if (!strcmp(scene, "growsdown")) {
    map(64, 1, MAP_GROWSDOWN);
    BASE[64 * P - 8] = 1;
    BASE[60 * P] = 1;
    ask(64, 1);
    BASE[50 * P] = 1; // seen at the exit
  } else if (!strcmp(scene, "fork")) {
    map(0, 1, 0);
    map(4, 1, 0);
    map(8, 1, 0);
    madvise(BASE + 8 * P, P, MADV_WIPEONFORK);
    BASE[0] = 1;
    BASE[8 * P] = 1;
    pid_t child = fork();
    if (child == 0) {
      BASE[0] = 2;
      BASE[4 * P] = 2;
      BASE[8 * P] = 2;
      ask(0, 1);
      _exit(0);
    }
    waitpid(child, 0, 0);
    ask(0, 1);
  } else if (!strcmp(scene, "thread")) {
    map(0, 1, 0);
    map(4, 1, 0);
    pthread_t t;
    BASE[4 * P] = 1;
    pthread_create(&t, 0, second_thread, BASE);
    pthread_join(t, 0);
    ask(0, 5);
  } else if (!strcmp(scene, "vfork")) {
    map(0, 1, 0);
    pid_t child = vfork();
    if (child == 0) {
      BASE[0] = 1; // the same address space
      _exit(0);
    }
    waitpid(child, 0, 0);
    ask(0, 1);
  } else if (!strcmp(scene, "exec")) {
    map(0, 1, 0);
    BASE[0] = 1;
    execl(argv[0], argv[0], "after-exec", (char *)0);
  } else if (!strcmp(scene, "after-exec")) {
    map(0, 1, 0);
    BASE[0] = 1;
    ask(0, 1);
  } else if (!strcmp(scene, "flood")) {
    // many faults without a call, in VMAs that do not merge: the last one is written first
    long pages = atol(argv[2]);
    map(0, pages, 0);
    mmap(BASE + pages * P, P, RW | PROT_EXEC, FLAGS, -1, 0);
    mmap(BASE + (pages + 1) * P, P, RW, FLAGS, -1, 0);
    BASE[(pages + 1) * P] = 1;
    for (long i = 0; i < pages; i++) {
      BASE[i * P] = 1;
    }
    BASE[pages * P] = 1;
    ask(0, pages + 2);
  } else if (!strcmp(scene, "read-first")) {
    // read in one order, written in another
    map(0, 1, 0);
    map(4, 1, 0);
    seen = BASE[0];
    seen += BASE[4 * P];
    BASE[4 * P] = 1;
    BASE[0] = 1;
    ask(0, 5);
  } else if (!strcmp(scene, "threads")) {
    // four threads, each writing its own VMAs from the last to the first
    pthread_t t[4];
    for (long i = 0; i < 4 * WRITES; i++) {
      map(2 * i, 1, 0);
    }
    for (long i = 0; i < 4; i++) {
      pthread_create(&t[i], 0, backwards, (void *)i);
    }
    for (long i = 0; i < 4; i++) {
      pthread_join(t[i], 0);
    }
    ask(0, 1);
  } else if (!strcmp(scene, "replaced")) {
    map(0, 1, 0);
    BASE[0] = 1;
    ask(0, 1);
    munmap(BASE, P);
    map(0, 1, 0);
    BASE[0] = 1;
    ask(0, 1);
  } else if (!strcmp(scene, "hintless")) {
    // the neighbours of a mapping whose place only the kernel knows
    char *high = mmap(0, 64 * P, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(high, 64 * P);
    mmap(high + 32 * P, 32 * P, RW | PROT_EXEC, FLAGS, -1, 0);
    high[32 * P] = 1;
    mmap(0, 32 * P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  } else {
    return 4;
  }
  return 0;
}
