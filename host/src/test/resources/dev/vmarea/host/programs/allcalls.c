// SPDX-License-Identifier: Apache-2.0
// Calls every memory system call of Linux in good and bad ways, mostly through syscall(2), and leaves a
// varied final memory map. It needs no arguments, exits 0 and removes what it created. Calls that an older
// kernel does not know simply fail. Results are not checked here: whoever records the program compares them.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef unsigned long ul;

enum {
  NR_PIDFD_OPEN = 434,
  NR_PROCESS_MADVISE = 440,
  NR_MEMFD_SECRET = 447,
  NR_HOME_NODE = 450,
  NR_MAP_SHADOW_STACK = 453,
  NR_MSEAL = 462,
};

#define X_DROPPABLE 0x08
#define X_ABOVE4G 0x80
#define X_UNINITIALIZED 0x4000000
#define X_PROT_SEM 0x8
#define X_SYNC 0x80000
#define X_NOREPLACE 0x100000
#define ANON_PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define ANON_SHARED (MAP_SHARED | MAP_ANONYMOUS)
#define R_ PROT_READ
#define W_ PROT_WRITE
#define X_ PROT_EXEC
#define RW_ (PROT_READ | PROT_WRITE)

static ul page;
static void *main_address;
static unsigned calls, failures;
static sigjmp_buf fault_escape;
static volatile sig_atomic_t faults;

// One raw system call; the result is the value or -errno.
static long call6(long number, ul a, ul b, ul c, ul d, ul e, ul f) {
  long result = syscall(number, a, b, c, d, e, f);
  calls++;
  if (result == -1) {
    failures++;
    return -errno;
  }
  return result;
}

#define CALL6(n, a, b, c, d, e, f) \
  call6((n), (ul)(a), (ul)(b), (ul)(c), (ul)(d), (ul)(e), (ul)(f))
#define CALL5(n, a, b, c, d, e) CALL6(n, a, b, c, d, e, 0)
#define CALL4(n, a, b, c, d) CALL5(n, a, b, c, d, 0)
#define CALL3(n, a, b, c) CALL4(n, a, b, c, 0)
#define CALL2(n, a, b) CALL3(n, a, b, 0)
#define CALL1(n, a) CALL2(n, a, 0)

static long map(ul addr, ul len, int prot, ul flags, int fd, ul offset) {
  return CALL6(SYS_mmap, addr, len, prot, flags, fd, offset);
}
static long unmap(ul addr, ul len) { return CALL2(SYS_munmap, addr, len); }
static long protect(ul addr, ul len, int prot) { return CALL3(SYS_mprotect, addr, len, prot); }
static long advise(ul addr, ul len, int advice) { return CALL3(SYS_madvise, addr, len, advice); }
static long remap(ul old, ul old_len, ul new_len, ul flags, ul target) {
  return CALL5(SYS_mremap, old, old_len, new_len, flags, target);
}
static int failed(long result) { return result < 0 && result > -4096; }

static void on_fault(int signal) {
  (void)signal;
  faults++;
  siglongjmp(fault_escape, 1);
}

// Writes or reads one byte; a fault that the kernel refuses is swallowed.
static void poke(ul addr) {
  if (sigsetjmp(fault_escape, 1) == 0) *(volatile char *)addr = 1;
}
static void peek(ul addr) {
  if (sigsetjmp(fault_escape, 1) == 0) (void)*(volatile char *)addr;
}

// A fresh reserved region with 512 reserved pages on both sides, so that MAP_FIXED inside hits nothing else.
static ul arena(ul pages) {
  long addr = map(0, (pages + 1024) * page, PROT_NONE, ANON_PRIVATE | MAP_NORESERVE, -1, 0);
  if (failed(addr)) exit(2);
  return (ul)addr + 512 * page;
}
// Gives back the whole arena except what a section wants to keep.
static void drop(ul start, ul pages) { unmap(start - 512 * page, (pages + 1024) * page); }

static void fixed(ul addr, ul pages, int prot, ul flags, int fd, ul offset) {
  map(addr, pages * page, prot, flags | MAP_FIXED, fd, offset);
}

// ---------------------------------------------------------------------------------------------------------

static int new_file(const char *suffix, ul size, char *path_out) {
  snprintf(path_out, 64, "/tmp/allcalls-%d-%s", (int)getpid(), suffix);
  int fd = open(path_out, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd >= 0 && ftruncate(fd, (off_t)size) != 0) failures++;
  return fd;
}

static void mmap_bad_arguments(int fd) {
  map(0, 0, RW_, ANON_PRIVATE, -1, 0);
  map(0, page, RW_, ANON_PRIVATE, -1, 1);
  map(0, page, RW_, 0, -1, 0);
  map(0, page, RW_, MAP_ANONYMOUS, -1, 0);
  map(0, page, RW_, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0);
  map(0, page, RW_, MAP_PRIVATE, -1, 0);
  map(0, page, RW_, MAP_PRIVATE, 9999, 0);
  map(0, page, RW_, MAP_PRIVATE, fd, 123);
  map(0, ~0UL, RW_, ANON_PRIVATE, -1, 0);
  map(0, 1UL << 62, RW_, ANON_PRIVATE, -1, 0);
  map(0, 1UL << 47, PROT_NONE, ANON_PRIVATE, -1, 0);
  map(0x1001, page, RW_, ANON_PRIVATE | MAP_FIXED, -1, 0);
  map(~0UL, page, RW_, ANON_PRIVATE | MAP_FIXED, -1, 0);
  map(0x7ffffffff000UL, page, RW_, ANON_PRIVATE | MAP_FIXED, -1, 0);
  map(0x800000000000UL, page, RW_, ANON_PRIVATE | MAP_FIXED, -1, 0);
  map(0, page, RW_, MAP_SHARED_VALIDATE | 0x200, fd, 0);
  map(0, page, RW_, MAP_SHARED_VALIDATE | X_NOREPLACE, fd, 0);
  map(0, page, RW_, MAP_SHARED | MAP_GROWSDOWN, fd, 0);
  map(0, page, RW_, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0);
  map(0, page, RW_, MAP_PRIVATE | MAP_HUGETLB, fd, 0);
  map(0, page, RW_, ANON_PRIVATE | MAP_HUGETLB | (20 << 26), -1, 0);
  map(0, page, RW_, X_DROPPABLE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
  map(0, page, RW_, X_DROPPABLE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
  map(0, page, RW_, X_DROPPABLE, fd, 0);
  map(0, page, R_, MAP_SHARED, fd, 0x7ffffffffffff000UL);
  map(0, 1UL << 45, RW_, ANON_PRIVATE, -1, 0);
}

static void mmap_kinds_of_files(void) {
  int pipes[2];
  int sockets[2];
  const char *paths[] = {"/", "/dev/null", "/dev/full", "/dev/urandom", "/proc/self/maps", "/proc/self/status"};
  for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
    int fd = open(paths[i], O_RDONLY);
    map(0, page, R_, MAP_PRIVATE, fd, 0);
    map(0, page, R_, MAP_SHARED, fd, 0);
    map(0, page, RW_, MAP_SHARED, fd, 0);
    map(0, page, R_ | X_, MAP_PRIVATE, fd, 0);
    if (fd >= 0) close(fd);
  }
  if (pipe(pipes) == 0) {
    map(0, page, R_, MAP_PRIVATE, pipes[0], 0);
    map(0, page, R_, MAP_PRIVATE, pipes[1], 0);
    close(pipes[0]);
    close(pipes[1]);
  }
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0) {
    map(0, page, RW_, MAP_SHARED, sockets[0], 0);
    close(sockets[0]);
    close(sockets[1]);
  }
  int o_path = open("/dev/zero", O_PATH);
  map(0, page, R_, MAP_PRIVATE, o_path, 0);
  close(o_path);
}

static void mmap_flags(int fd) {
  ul base = arena(64);
  const ul flags[] = {ANON_PRIVATE, ANON_SHARED, ANON_PRIVATE | MAP_NORESERVE, ANON_SHARED | MAP_NORESERVE,
      ANON_PRIVATE | MAP_STACK, ANON_PRIVATE | MAP_POPULATE, ANON_PRIVATE | MAP_POPULATE | MAP_NONBLOCK,
      ANON_PRIVATE | MAP_LOCKED, ANON_SHARED | MAP_LOCKED, ANON_PRIVATE | MAP_GROWSDOWN,
      ANON_PRIVATE | X_UNINITIALIZED, ANON_PRIVATE | X_SYNC, ANON_PRIVATE | MAP_DENYWRITE | MAP_EXECUTABLE,
      ANON_PRIVATE | 0x200 | 0x400, MAP_ANONYMOUS | X_DROPPABLE, ANON_PRIVATE | X_NOREPLACE};
  for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
    fixed(base + 3 * i * page, 1, RW_, flags[i], -1, 0);
    map(base + (3 * i + 1) * page, page, R_, flags[i] | X_NOREPLACE, -1, 0);
  }
  unmap(base, 48 * page);
  for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
    long addr = map(0, (i + 1) * page, RW_, flags[i], -1, 0);
    if (failed(addr)) continue;
    poke((ul)addr);
    if (i % 2 == 0 || addr == 0) unmap((ul)addr, (i + 1) * page);
  }
  for (int prot = 0; prot < 8; prot++) {
    fixed(base + (ul)prot * page, 1, prot, ANON_PRIVATE, -1, 0);
    fixed(base + (ul)(10 + prot) * page, 1, prot, MAP_PRIVATE, fd, (ul)prot * page);
    fixed(base + (ul)(20 + prot) * page, 1, prot, MAP_SHARED, fd, (ul)prot * page);
  }
  fixed(base + 30 * page, 1, X_PROT_SEM, ANON_PRIVATE, -1, 0);
  fixed(base + 31 * page, 1, 0x100, ANON_PRIVATE, -1, 0);
  fixed(base + 32 * page, 1, PROT_GROWSDOWN | R_, ANON_PRIVATE, -1, 0);
  drop(base, 64);
}

static void placement(int fd) {
  ul two_mib = 2UL << 20;
  long kept[24];
  int n = 0;
  kept[n++] = map(0, page, RW_, ANON_PRIVATE, -1, 0);
  kept[n++] = map(0, two_mib, RW_, ANON_PRIVATE, -1, 0);
  kept[n++] = map(0, 3 * page, R_, ANON_PRIVATE, -1, 0);
  kept[n++] = map(0, 2 * two_mib, PROT_NONE, ANON_PRIVATE | MAP_NORESERVE, -1, 0);
  kept[n++] = map(0, two_mib + page, RW_, ANON_PRIVATE, -1, 0);
  kept[n++] = map(0, 2 * two_mib, RW_, ANON_SHARED, -1, 0);
  kept[n++] = map(0, 5 * page, R_, MAP_PRIVATE, fd, page);
  kept[n++] = map(0, two_mib, R_, MAP_PRIVATE, fd, 0);
  kept[n++] = map(0, 2 * two_mib, R_, MAP_SHARED, fd, page);
  kept[n++] = map(0x10000000, 4 * page, RW_, ANON_PRIVATE, -1, 0);
  kept[n++] = map(0x10000001, 4 * page, RW_, ANON_PRIVATE, -1, 0);
  kept[n++] = map(0x1000, page, RW_, ANON_PRIVATE, -1, 0);
  kept[n++] = map(0xfff, page, RW_, ANON_PRIVATE, -1, 0);
  kept[n++] = map(0x800000000000UL, page, RW_, ANON_PRIVATE, -1, 0);
  kept[n++] = map(0, page, RW_, ANON_PRIVATE | X_ABOVE4G, -1, 0);
  kept[n++] = map(0, page, RW_, ANON_PRIVATE | MAP_32BIT, -1, 0);
  kept[n++] = map(0x20000000, page, RW_, ANON_PRIVATE | MAP_32BIT, -1, 0);
  kept[n++] = map(0, 16 * page, RW_, ANON_PRIVATE | MAP_GROWSDOWN, -1, 0);
  const ul sizes[] = {1, 2, 3, 4, 5, 6, 3, 5, 0, 4, 4, 1, 1, 1, 1, 1, 1, 16};
  const ul big[] = {0, two_mib, 0, 2 * two_mib, two_mib + 4096, 2 * two_mib, 0, two_mib, 2 * two_mib};
  for (int i = 0; i < n; i++) {
    if (failed(kept[i])) continue;
    ul len = i < 9 && big[i] ? big[i] : sizes[i] * page;
    if (i % 3 == 0) unmap((ul)kept[i], len);
    else if (i % 3 == 1) unmap((ul)kept[i] + page, page);
  }
  // Fill the holes again: small ones first, then one that needs a fresh place.
  for (int i = 0; i < 6; i++) map(0, (ul)(i % 3 + 1) * page, i % 2 ? RW_ : R_, ANON_PRIVATE, -1, 0);
}

// Merging by order of faults: three neighbours split apart, written in some order, joined again.
static void fault_orders(void) {
  static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (int o = 0; o < 6; o++) {
    for (int kind = 0; kind < 3; kind++) {
      ul base = arena(16);
      fixed(base, 3, RW_, ANON_PRIVATE, -1, 0);
      if (kind == 0) protect(base + page, page, R_ | W_ | X_);
      if (kind == 1) advise(base + page, page, MADV_DONTDUMP);
      if (kind == 2) {
        unmap(base, 3 * page);
        fixed(base, 1, RW_, ANON_PRIVATE, -1, 0);
        fixed(base + 2 * page, 1, RW_, ANON_PRIVATE, -1, 0);
      }
      for (int i = 0; i < 3; i++) {
        if (kind == 2 && orders[o][i] == 1) fixed(base + page, 1, RW_, ANON_PRIVATE, -1, 0);
        poke(base + (ul)orders[o][i] * page);
      }
      if (kind == 0) protect(base + page, page, RW_);
      if (kind == 1) advise(base, 3 * page, MADV_DODUMP);
      // What merged decides whether this growth in place is possible: the map shows it at the end.
      unmap(base + 8 * page, 8 * page);
    }
  }
}

static void protections(int fd) {
  ul base = arena(32);
  protect(base + 1, page, R_);
  protect(base, 0, 0x100);
  protect(base, ~0UL, R_);
  protect(base, page, 0x100);
  protect(base, page, PROT_GROWSDOWN | PROT_GROWSUP);
  protect(base, page, PROT_GROWSDOWN);
  protect(base, page, PROT_GROWSUP);
  protect(0x7ffffffff000UL, page, R_);
  fixed(base, 8, RW_, ANON_PRIVATE, -1, 0);
  unmap(base + 3 * page, page);
  protect(base, 8 * page, R_);
  protect(base, 3 * page, RW_);
  poke(base + page);
  protect(base, 3 * page, R_);
  protect(base + 4 * page, 4 * page, R_ | X_);
  protect(base + 5 * page, page, PROT_NONE);
  protect(base + 4 * page, 4 * page, R_);
  fixed(base + 10 * page, 4, R_, MAP_SHARED, fd, 0);
  protect(base + 11 * page, page, RW_);
  protect(base + 10 * page, 4 * page, R_ | X_PROT_SEM);
  fixed(base + 16 * page, 4, RW_, ANON_PRIVATE | MAP_GROWSDOWN, -1, 0);
  protect(base + 18 * page, page, R_ | PROT_GROWSDOWN);
  poke(base + 16 * page);
  peek(base + 16 * page);
  CALL4(SYS_pkey_mprotect, base, page, R_, -1);
  CALL4(SYS_pkey_mprotect, base, page, R_, 0);
  CALL4(SYS_pkey_mprotect, base, page, R_, 1);
  CALL4(SYS_pkey_mprotect, base + 1, page, R_, 99);
  CALL4(SYS_pkey_mprotect, base, 0, R_, 99);
  long key = CALL2(SYS_pkey_alloc, 0, 0);
  if (!failed(key)) {
    CALL4(SYS_pkey_mprotect, base + 4 * page, page, R_, key);
    CALL4(SYS_pkey_mprotect, base + 4 * page, page, R_, 0);
    CALL1(SYS_pkey_free, key);
  }
  CALL2(SYS_pkey_alloc, 1, 0);
  CALL1(SYS_pkey_free, 99);
  int readonly = open("/proc/self/exe", O_RDONLY);
  fixed(base + 24 * page, 2, R_, MAP_SHARED, readonly, 0);
  protect(base + 24 * page, page, RW_);
  protect(base + 24 * page, page, R_ | X_);
  if (readonly >= 0) close(readonly);
}

static void unmaps(int fd) {
  ul base = arena(32);
  unmap(base + 1, page);
  unmap(base, 0);
  unmap(base, ~0UL);
  unmap(0x7ffffffff000UL, page);
  unmap(0x8000000000000000UL, page);
  fixed(base, 16, RW_, ANON_PRIVATE, -1, 0);
  unmap(base + 2 * page, 1);
  unmap(base + 5 * page, 3 * page);
  unmap(base, page);
  unmap(base + 15 * page, 20 * page);
  fixed(base + 2 * page, 1, RW_, ANON_PRIVATE, -1, 0);
  fixed(base + 5 * page, 3, RW_, MAP_PRIVATE, fd, 5 * page);
  fixed(base + 6 * page, 1, RW_, MAP_PRIVATE, fd, 6 * page);
  poke(base + 6 * page);
  unmap(base + 20 * page, 4 * page);
}

static void remaps(int fd) {
  ul base = arena(128);
  unmap(base, 128 * page);
  remap(base + 1, page, page, 0, 0);
  remap(base, page, page, 8, 0);
  remap(base, page, 0, 0, 0);
  remap(base, page, page, 0, 0);
  remap(base, page, 1UL << 60, MREMAP_MAYMOVE, 0);
  remap(base, page, page, MREMAP_FIXED, base + 8 * page);
  remap(base, page, page, 4, 0);
  remap(base, 2 * page, page, MREMAP_MAYMOVE | 4, 0);
  fixed(base, 4, RW_, ANON_PRIVATE, -1, 0);
  poke(base);
  remap(base, 4 * page, 6 * page, 0, 0);
  remap(base, 6 * page, 3 * page, 0, 0);
  remap(base, 8 * page, 9 * page, MREMAP_MAYMOVE, 0);
  remap(base, 0, 2 * page, MREMAP_MAYMOVE, 0);
  remap(base, 2 * page, 2 * page, MREMAP_MAYMOVE | MREMAP_FIXED, base + page);
  remap(base, 3 * page, 3 * page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 20 * page + 1);
  remap(base, 3 * page, 3 * page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 20 * page);
  remap(base + 21 * page, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, base + page);
  remap(base + 20 * page, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, base);
  remap(base + 22 * page, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 2 * page);
  remap(base, page, 2 * page, 0, 0);
  remap(base + page, page, 3 * page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 30 * page);
  remap(base + 30 * page, 3 * page, page, MREMAP_MAYMOVE | MREMAP_FIXED, base + page);
  remap(base, 3 * page, 3 * page, MREMAP_MAYMOVE | 4, base + 40 * page);
  remap(base, 3 * page, 3 * page, MREMAP_MAYMOVE | MREMAP_FIXED | 4, base + 50 * page);
  fixed(base + 60 * page, 4, RW_, MAP_SHARED, fd, 0);
  remap(base + 60 * page, 0, 4 * page, MREMAP_MAYMOVE, 0);
  remap(base + 60 * page, 0, 4 * page, 0, 0);
  remap(base + 60 * page, 0, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 70 * page);
  remap(base + 61 * page, 2 * page, 2 * page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 71 * page);
  remap(base + 60 * page, page, 40 * page, MREMAP_MAYMOVE, 0);
  // Several mappings and holes moved at once (6.17 and later, else EFAULT).
  fixed(base + 80 * page, 10, RW_, ANON_PRIVATE, -1, 0);
  poke(base + 84 * page);
  unmap(base + 81 * page, page);
  unmap(base + 83 * page, page);
  unmap(base + 87 * page, page);
  remap(base + 80 * page, 10 * page, 10 * page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 100 * page);
  // A growth that has to move, below a neighbour.
  long low = map(0, 2 * page, RW_, ANON_PRIVATE, -1, 0);
  if (!failed(low)) {
    poke((ul)low);
    long moved = remap((ul)low, page, 9 * page, MREMAP_MAYMOVE, 0);
    if (!failed(moved)) remap((ul)moved, 9 * page, 2UL << 20, MREMAP_MAYMOVE, 0);
  }
}

static void breaks(void) {
  ul start = (ul)CALL1(SYS_brk, 0);
  CALL1(SYS_brk, 1);
  CALL1(SYS_brk, ~0UL);
  CALL1(SYS_brk, start + 1);
  CALL1(SYS_brk, start + 5 * page + 3);
  poke(start + 2 * page);
  CALL1(SYS_brk, start + 3 * page);
  fixed(start + 8 * page, 1, R_, ANON_PRIVATE, -1, 0);
  CALL1(SYS_brk, start + 8 * page);
  CALL1(SYS_brk, start + 7 * page);
  unmap(start + 8 * page, page);
  CALL1(SYS_brk, start + 9 * page);
  protect(start + 8 * page, page, R_);
  CALL1(SYS_brk, start + 11 * page);
  poke(start + 10 * page);
  CALL1(SYS_brk, start + 10 * page);
}

static void advices(int fd, int memory_fd) {
  static const int advice[] = {0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
      25, 102, 103, 5, 26, 99, -1};
  ul base = arena(64);
  unmap(base, 64 * page);
  for (unsigned i = 0; i < sizeof advice / sizeof *advice; i++) {
    fixed(base, 6, RW_, ANON_PRIVATE, -1, 0);
    fixed(base + 8 * page, 6, RW_, MAP_SHARED, memory_fd, 0);
    fixed(base + 16 * page, 6, RW_, MAP_PRIVATE, fd, 0);
    fixed(base + 24 * page, 6, R_, ANON_PRIVATE, -1, 0);
    fixed(base + 32 * page, 6, PROT_NONE, ANON_PRIVATE, -1, 0);
    poke(base + 2 * page);
    poke(base + 16 * page);
    for (int kind = 0; kind < 5; kind++) {
      advise(base + (ul)(8 * kind + 2) * page, 2 * page, advice[i]);
      if (kind < 2) advise(base + (ul)(8 * kind + 1) * page, page, advice[i]);
    }
    advise(base + 4 * page, 6 * page, advice[i]);
    advise(base + 7 * page, page, advice[i]);
    advise(base + 1, page, advice[i]);
    advise(base, 0, advice[i]);
    advise(base, ~0UL, advice[i]);
    poke(base + 3 * page);
    peek(base + 2 * page);
    if (i % 4 != 3) unmap(base, 40 * page);
    else base += 0;
  }
  fixed(base + 44 * page, 8, RW_, ANON_PRIVATE, -1, 0);
  advise(base + 45 * page, page, MADV_DONTFORK);
  advise(base + 46 * page, page, MADV_DONTFORK);
  advise(base + 45 * page, page, MADV_DOFORK);
  advise(base + 44 * page, 3 * page, MADV_RANDOM);
  advise(base + 44 * page, 8 * page, MADV_NORMAL);
  advise(base + 47 * page, page, 18);
  advise(base + 50 * page, page, 102);
  fixed(base + 52 * page, 2, RW_, ANON_PRIVATE, -1, 0);
}

static void locks(int fd) {
  struct rlimit limit;
  ul base = arena(64);
  unmap(base, 64 * page);
  getrlimit(RLIMIT_MEMLOCK, &limit);
  fixed(base, 8, RW_, ANON_PRIVATE, -1, 0);
  CALL2(SYS_mlock, base + 2 * page + 5, 10);
  CALL3(SYS_mlock2, base + 4 * page, page, 1);
  CALL3(SYS_mlock2, base + 2 * page, page, 1);
  CALL3(SYS_mlock2, base, page, 2);
  CALL2(SYS_mlock, base + 6 * page, 4 * page);
  CALL2(SYS_mlock, base + 20 * page, page);
  CALL2(SYS_mlock, base, 0);
  CALL2(SYS_mlock, base, ~0UL);
  CALL2(SYS_mlock, base, -page);
  CALL2(SYS_munlock, base + 6 * page, 4 * page);
  CALL2(SYS_munlock, base + 2 * page, page);
  CALL2(SYS_munlock, base + 1, 0);
  fixed(base + 10 * page, 2, PROT_NONE, ANON_PRIVATE, -1, 0);
  CALL2(SYS_mlock, base + 10 * page, page);
  fixed(base + 13 * page, 3, RW_, MAP_PRIVATE, fd, 0);
  CALL2(SYS_mlock, base + 14 * page, page);
  fixed(base + 17 * page, 3, R_, ANON_PRIVATE, -1, 0);
  CALL2(SYS_mlock, base + 18 * page, page);
  protect(base + 18 * page, page, RW_);
  CALL2(SYS_munlock, base + 18 * page, page);
  remap(base + 4 * page, page, page, MREMAP_MAYMOVE | 4, 0);
  pid_t child = fork();
  if (child == 0) {
    CALL1(SYS_mlockall, 0);
    CALL1(SYS_mlockall, 4);
    CALL1(SYS_mlockall, 8);
    CALL1(SYS_mlockall, 2);
    fixed(base + 30 * page, 1, RW_, ANON_PRIVATE, -1, 0);
    CALL1(SYS_mlockall, 1);
    CALL1(SYS_mlockall, 7);
    fixed(base + 33 * page, 1, RW_, ANON_PRIVATE, -1, 0);
    CALL1(SYS_brk, CALL1(SYS_brk, 0) + (long)page);
    CALL1(SYS_munlockall, 0);
    struct rlimit small = {2 * page, limit.rlim_max};
    setrlimit(RLIMIT_MEMLOCK, &small);
    fixed(base + 40 * page, 4, RW_, ANON_PRIVATE, -1, 0);
    CALL2(SYS_mlock, base + 40 * page, 4 * page);
    if (setgid(65534) == 0 && setuid(65534) == 0) {
      CALL2(SYS_mlock, base + 40 * page, 4 * page);
      CALL2(SYS_mlock, base + 40 * page, page);
      fixed(base + 45 * page, 2, RW_, ANON_PRIVATE | MAP_LOCKED, -1, 0);
      CALL1(SYS_mlockall, 3);
      CALL1(SYS_mlockall, 2);
      fixed(base + 48 * page, 2, RW_, ANON_PRIVATE, -1, 0);
    }
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
}

static void syncs(int fd) {
  unsigned char vector[64];
  ul base = arena(32);
  unmap(base, 32 * page);
  fixed(base, 2, RW_, MAP_SHARED, fd, 0);
  fixed(base + 3 * page, 2, RW_, ANON_PRIVATE, -1, 0);
  poke(base);
  for (int flags = 0; flags < 9; flags++) {
    CALL3(SYS_msync, base, 2 * page, flags);
    CALL3(SYS_msync, base, 5 * page, flags);
  }
  CALL3(SYS_msync, base + 1, page, MS_SYNC);
  CALL3(SYS_msync, base, 0, MS_SYNC);
  CALL3(SYS_msync, base, ~0UL, MS_SYNC);
  CALL3(SYS_msync, base, -page, MS_SYNC);
  CALL2(SYS_mlock, base + 3 * page, page);
  CALL3(SYS_msync, base + 3 * page, page, MS_INVALIDATE);
  CALL2(SYS_munlock, base + 3 * page, page);
  CALL3(SYS_mincore, base, 2 * page, vector);
  CALL3(SYS_mincore, base, 5 * page, vector);
  CALL3(SYS_mincore, base + 1, page, vector);
  CALL3(SYS_mincore, base, page, 8);
  CALL3(SYS_mincore, base, 0, 8);
  CALL3(SYS_mincore, -page, page, vector);
  // The kernel's write of the vector is a write fault of its page.
  fixed(base + 8 * page, 3, RW_, ANON_PRIVATE, -1, 0);
  protect(base + 9 * page, page, R_ | W_ | X_);
  CALL3(SYS_mincore, base, page, base + 9 * page);
  CALL6(SYS_futex, base + 8 * page, FUTEX_WAKE, 1, 0, 0, 0);
  poke(base + 10 * page);
  protect(base + 9 * page, page, RW_);
}

static void seals(void) {
  ul base = arena(16);
  fixed(base, 6, RW_, ANON_PRIVATE, -1, 0);
  CALL3(NR_MSEAL, base, page, 1);
  CALL3(NR_MSEAL, base + 1, page, 0);
  CALL3(NR_MSEAL, base, ~0UL, 0);
  CALL3(NR_MSEAL, base, 0, 0);
  CALL3(NR_MSEAL, 0x10000, page, 0);
  CALL3(NR_MSEAL, base + 2 * page, page, 0);
  unmap(base, 6 * page);
  unmap(base + 3 * page, page);
  protect(base, 6 * page, R_);
  fixed(base + 2 * page, 1, RW_, ANON_PRIVATE, -1, 0);
  remap(base + 2 * page, page, 2 * page, MREMAP_MAYMOVE, 0);
  remap(base, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 2 * page);
  advise(base + 2 * page, page, MADV_DONTNEED);
  CALL2(SYS_mlock, base + 2 * page, page);
  CALL3(NR_MSEAL, base + 1 * page, 2 * page, 0);
}

static void policies(int memory_fd) {
  ul node0 = 1;
  ul node1 = 2;
  ul base = arena(32);
  unmap(base, 32 * page);
  fixed(base, 8, RW_, ANON_PRIVATE, -1, 0);
  fixed(base + 10 * page, 8, RW_, MAP_SHARED, memory_fd, 0);
  CALL6(SYS_mbind, base + 1, page, 0, 0, 0, 0);
  CALL6(SYS_mbind, base, page, 99, 0, 0, 0);
  CALL6(SYS_mbind, base, page, 2, 0, 0, 0);
  CALL6(SYS_mbind, base, page, 2, &node1, 64, 0);
  CALL6(SYS_mbind, base, page, 2, 8, 64, 0);
  CALL6(SYS_mbind, base, page, 0, &node0, 64, 0);
  CALL6(SYS_mbind, base, page, 2, &node0, 64, 16);
  CALL6(SYS_mbind, base, 0, 2, &node0, 64, 0);
  CALL6(SYS_mbind, base + 2 * page, 2 * page, 2, &node0, 64, 0);
  CALL6(SYS_mbind, base + 4 * page, page, 2, &node0, 64, 1);
  CALL6(SYS_mbind, base + 5 * page, page, 1, 0, 0, 0);
  CALL6(SYS_mbind, base + 6 * page, page, 4, 0, 0, 2);
  CALL6(SYS_mbind, base + 7 * page, page, 1, &node0, 64, 0);
  CALL6(SYS_mbind, base + 6 * page, 4 * page, 3, &node0, 64, 0);
  CALL6(SYS_mbind, base + 6 * page, 4 * page, 0, 0, 0, 0);
  CALL6(SYS_mbind, base + 12 * page, 2 * page, 3, &node0, 64, 0);
  CALL6(SYS_mbind, base + 10 * page, 8 * page, 0, 0, 0, 0);
  CALL6(SYS_mbind, base + 3 * page, page, 5, &node0, 64, 0);
  CALL4(NR_HOME_NODE, base, 8 * page, 0, 0);
  CALL4(NR_HOME_NODE, base + 2 * page, page, 0, 0);
  CALL4(NR_HOME_NODE, base + 2 * page, page, 0, 1);
  CALL4(NR_HOME_NODE, base + 2 * page, page, 77, 0);
  CALL4(NR_HOME_NODE, base + 2 * page + 1, page, 0, 0);
  CALL4(NR_HOME_NODE, base + 25 * page, page, 0, 0);
  CALL6(SYS_mbind, base + 2 * page, 2 * page, 2, &node0, 64, 0);
  CALL3(SYS_set_mempolicy, 0, 0, 0);
  CALL3(SYS_set_mempolicy, 99, 0, 0);
}

static void nonlinear(int fd) {
  ul base = arena(32);
  unmap(base, 32 * page);
  CALL5(SYS_remap_file_pages, base, page, 0, 0, 0);
  fixed(base, 8, RW_, MAP_SHARED, fd, 0);
  CALL5(SYS_remap_file_pages, base, page, R_, 0, 0);
  CALL5(SYS_remap_file_pages, base, 0, 0, 0, 0);
  CALL5(SYS_remap_file_pages, base, page, 0, ~0UL, 0);
  CALL5(SYS_remap_file_pages, base, 9 * page, 0, 0, 0);
  CALL5(SYS_remap_file_pages, base + page, 2 * page, 0, 5, 0);
  CALL5(SYS_remap_file_pages, base + page + 7, page, 0, 1, MAP_NONBLOCK);
  CALL5(SYS_remap_file_pages, base + 4 * page, 2 * page, 0, 0, 0);
  CALL5(SYS_remap_file_pages, base + 5 * page, 3 * page, 0, 5, 0);
  advise(base + 6 * page, page, MADV_DONTFORK);
  CALL5(SYS_remap_file_pages, base + 6 * page, page, 0, 0, 0);
  fixed(base + 10 * page, 4, RW_, ANON_SHARED, -1, 0);
  CALL5(SYS_remap_file_pages, base + 10 * page, page, 0, 2, 0);
  fixed(base + 16 * page, 2, RW_, MAP_PRIVATE, fd, 0);
  CALL5(SYS_remap_file_pages, base + 16 * page, page, 0, 1, 0);
}

static void shared_memory(void) {
  long id = CALL3(SYS_shmget, IPC_PRIVATE, 6 * page + 1, 0600 | IPC_CREAT);
  if (failed(id)) return;
  ul base = arena(64);
  unmap(base, 64 * page);
  CALL3(SYS_shmget, IPC_PRIVATE, 0, 0600 | IPC_CREAT);
  CALL3(SYS_shmat, -1, 0, 0);
  CALL3(SYS_shmat, id, base + 1, 0);
  CALL3(SYS_shmat, id, 0, SHM_REMAP);
  long first = CALL3(SYS_shmat, id, 0, 0);
  long second = CALL3(SYS_shmat, id, 0, SHM_RDONLY);
  CALL3(SYS_shmat, id, base + 9, SHM_RND);
  CALL3(SYS_shmat, id, base, 0);
  CALL3(SYS_shmat, id, base + 3 * page, SHM_REMAP);
  CALL3(SYS_shmat, id, base + 20 * page, SHM_EXEC);
  CALL3(SYS_shmat, id, base + 20 * page, 0);
  if (!failed(first)) poke((ul)first);
  protect((ul)second, page, RW_);
  protect((ul)second, page, R_ | X_);
  CALL1(SYS_shmdt, base + page);
  CALL1(SYS_shmdt, base + 1);
  CALL1(SYS_shmdt, base);
  protect(base + 22 * page, 2 * page, R_);
  protect(base + 22 * page, 2 * page, R_ | W_ | X_);
  unmap(base + 25 * page, page);
  fixed(base + 25 * page, 1, RW_, ANON_PRIVATE, -1, 0);
  remap(base + 20 * page, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 40 * page);
  CALL1(SYS_shmdt, base + 20 * page);
  CALL3(SYS_shmat, id, base + 50 * page, 0);
  unmap(base + 50 * page, 2 * page);
  CALL1(SYS_shmdt, base + 50 * page);
  CALL1(SYS_shmdt, base + 25 * page);
  CALL3(SYS_shmctl, id, IPC_RMID, 0);
  CALL1(SYS_shmdt, second);
  CALL3(SYS_shmat, 123456789, 0, 0);
}

static void asynchronous_io(void) {
  aio_context_t contexts[4] = {0, 0, 0, 1};
  ul base = arena(32);
  unmap(base, 32 * page);
  CALL2(SYS_io_setup, 0, &contexts[0]);
  CALL2(SYS_io_setup, 10, &contexts[3]);
  CALL2(SYS_io_setup, 10, 8);
  CALL2(SYS_io_setup, ~0U, &contexts[0]);
  CALL2(SYS_io_setup, 10, &contexts[0]);
  CALL2(SYS_io_setup, 100, &contexts[1]);
  CALL2(SYS_io_setup, 500, &contexts[2]);
  if (contexts[1] != 0) {
    remap(contexts[1], 2 * page, 3 * page, MREMAP_MAYMOVE, 0);
    protect(contexts[1], page, R_);
    protect(contexts[1], page, RW_ | X_);
    if (!failed(remap(contexts[1], 2 * page, 2 * page, MREMAP_MAYMOVE | MREMAP_FIXED, base))) {
      CALL1(SYS_io_destroy, contexts[1]);
      CALL1(SYS_io_destroy, base);
    }
  }
  if (contexts[0] != 0) CALL1(SYS_io_destroy, contexts[0]);
  CALL1(SYS_io_destroy, 4096);
}

static void other_process_calls(void) {
  ul base = arena(16);
  fixed(base, 8, RW_, ANON_PRIVATE, -1, 0);
  for (ul i = 0; i < 8; i++) poke(base + i * page);
  int self = (int)CALL2(NR_PIDFD_OPEN, getpid(), 0);
  struct iovec ranges[3] = {{(void *)base, page}, {(void *)(base + 3 * page), page}, {(void *)(base + 1), page}};
  CALL5(NR_PROCESS_MADVISE, self, ranges, 2, MADV_COLD, 0);
  CALL5(NR_PROCESS_MADVISE, self, ranges, 3, MADV_DONTFORK, 0);
  CALL5(NR_PROCESS_MADVISE, self, ranges, 2, 999, 0);
  CALL5(NR_PROCESS_MADVISE, self, ranges, 2, MADV_DONTNEED, 1);
  CALL5(NR_PROCESS_MADVISE, -1, ranges, 2, MADV_DONTNEED, 0);
  CALL5(NR_PROCESS_MADVISE, self, 8, 2, MADV_DONTNEED, 0);
  CALL5(NR_PROCESS_MADVISE, self, ranges, 0, MADV_DONTNEED, 0);
  if (self >= 0) close(self);
  char buffer[16] = "x";
  struct iovec here = {buffer, 8};
  struct iovec there = {(void *)(base + 6 * page), 8};
  CALL6(SYS_process_vm_writev, getpid(), &here, 1, &there, 1, 0);
  CALL6(SYS_process_vm_readv, getpid(), &here, 1, &there, 1, 0);
}

static void process_controls(void) {
  ul base = arena(32);
  fixed(base, 4, RW_, ANON_PRIVATE, -1, 0);
  CALL5(SYS_prctl, 0x53564d41, 0, base, page, "a name");
  CALL5(SYS_prctl, 0x53564d41, 0, base, 4 * page, "a name");
  CALL5(SYS_prctl, 0x53564d41, 0, base + page, page, "other");
  CALL5(SYS_prctl, 0x53564d41, 0, base + page, page, 0);
  CALL5(SYS_prctl, 0x53564d41, 0, base + 1, page, "x");
  CALL5(SYS_prctl, 0x53564d41, 0, base, page, "bad[name");
  for (int option = 0; option < 17; option++) {
    if (option == 13 || option == 12) continue;
    CALL5(SYS_prctl, PR_SET_MM, option, 1, 0, 0);
    CALL5(SYS_prctl, PR_SET_MM, option, 1, 1, 1);
  }
  unsigned size = 0;
  CALL5(SYS_prctl, PR_SET_MM, 15, &size, 0, 0);
  CALL5(SYS_prctl, 66, 0, 0, 0, 0);
  CALL5(SYS_prctl, 65, 2, 0, 0, 0);
  CALL5(SYS_prctl, 65, 8, 0, 0, 0);
  CALL5(SYS_prctl, 68, 0, 0, 0, 0);
  CALL5(SYS_prctl, 42, 0, 0, 0, 0);
  CALL1(SYS_personality, 0xffffffffUL);
  pid_t child = fork();
  if (child == 0) {
    CALL5(SYS_prctl, 67, 1, 0, 0, 0);
    fixed(base + 4 * page, 2, RW_, ANON_PRIVATE, -1, 0);
    fixed(base + 8 * page, 2, RW_, ANON_PRIVATE, -1, 0);
    CALL5(SYS_prctl, 67, 0, 0, 0, 0);
    CALL1(SYS_personality, 0x0400000);
    fixed(base + 12 * page, 1, R_, ANON_PRIVATE, -1, 0);
    fixed(base + 14 * page, 1, PROT_NONE, ANON_PRIVATE, -1, 0);
    protect(base + 14 * page, page, R_);
    CALL1(SYS_personality, 0);
    CALL5(SYS_prctl, 65, 1, 0, 0, 0);
    CALL5(SYS_prctl, 65, 0, 0, 0, 0);
    fixed(base + 16 * page, 1, RW_ | X_, ANON_PRIVATE, -1, 0);
    protect(base, page, R_ | X_);
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
  child = fork();
  if (child == 0) {
    struct rlimit limit = {64UL << 20, RLIM_INFINITY};
    CALL4(SYS_prlimit64, 0, RLIMIT_AS, &limit, 0);
    map(0, 128UL << 20, PROT_NONE, ANON_PRIVATE, -1, 0);
    map(0, page, RW_, ANON_PRIVATE, -1, 0);
    limit.rlim_cur = 0;
    CALL4(SYS_prlimit64, 0, RLIMIT_DATA, &limit, 0);
    map(0, page, RW_, ANON_PRIVATE, -1, 0);
    limit.rlim_cur = 1;
    CALL4(SYS_prlimit64, 0, RLIMIT_DATA, &limit, 0);
    map(0, page, RW_, ANON_PRIVATE, -1, 0);
    map(0, page, R_, ANON_PRIVATE, -1, 0);
    CALL1(SYS_brk, CALL1(SYS_brk, 0) + (long)page);
    CALL4(SYS_prlimit64, 0, 99, &limit, 0);
    CALL4(SYS_prlimit64, 0, RLIMIT_DATA, 8, 0);
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
}

// PR_SET_MM_MAP moves the heap of a child; it needs no privilege.
static void moved_heap(void) {
  struct {
    uint64_t start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
    uint64_t arg_start, arg_end, env_start, env_end, auxv;
    uint32_t auxv_size, exe_fd;
  } description;
  ul base = arena(32);
  unmap(base, 32 * page);
  pid_t child = fork();
  if (child == 0) {
    memset(&description, 0, sizeof description);
    CALL5(SYS_prctl, PR_SET_MM, 14, &description, sizeof description, 0);
    CALL5(SYS_prctl, PR_SET_MM, 14, &description, 1, 0);
    CALL5(SYS_prctl, PR_SET_MM, 14, 8, sizeof description, 0);
    description.start_code = description.start_data = (ul)main_address & ~(page - 1);
    description.end_code = description.end_data = description.start_code + page;
    description.start_stack = description.arg_start = description.arg_end = (ul)&description;
    description.env_start = description.env_end = (ul)&description;
    description.start_brk = base + 2 * page + 100;
    description.brk = base + 3 * page + 5;
    description.exe_fd = ~0U;
    CALL5(SYS_prctl, PR_SET_MM, 14, &description, sizeof description, 0);
    CALL1(SYS_brk, base + 6 * page);
    poke(base + 5 * page);
    CALL1(SYS_brk, base + 5 * page);
    CALL1(SYS_brk, base);
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
}

// Flags of the whole process that change what later calls do.
static void process_wide_flags(void) {
  ul base = arena(32);
  unmap(base, 32 * page);
  CALL1(SYS_mlockall, 6);
  fixed(base, 2, RW_, ANON_PRIVATE, -1, 0);
  fixed(base + 2 * page, 2, PROT_NONE, ANON_PRIVATE, -1, 0);
  CALL1(SYS_mlockall, 2);
  fixed(base + 4 * page, 2, RW_, ANON_PRIVATE, -1, 0);
  CALL1(SYS_munlockall, 0);
  fixed(base + 6 * page, 2, RW_, ANON_PRIVATE, -1, 0);
  fixed(base + 10 * page, 2, RW_, ANON_PRIVATE, -1, 0);
  CALL5(SYS_prctl, 67, 1, 0, 0, 0);
  fixed(base + 12 * page, 2, RW_, ANON_PRIVATE, -1, 0);
  advise(base + 11 * page, page, 13);
  fixed(base + 14 * page, 1, RW_, ANON_SHARED, -1, 0);
  CALL5(SYS_prctl, 67, 0, 0, 0, 0);
  fixed(base + 16 * page, 2, RW_, ANON_PRIVATE, -1, 0);
  fixed(base + 18 * page, 2, RW_, ANON_PRIVATE, -1, 0);
}

static void stacks(void) {
  ul base = arena(1024);
  unmap(base, 1024 * page);
  fixed(base + 600 * page, 4, RW_, ANON_PRIVATE | MAP_GROWSDOWN, -1, 0);
  poke(base + 599 * page);
  poke(base + 590 * page);
  fixed(base + 300 * page, 2, RW_, ANON_PRIVATE, -1, 0);
  poke(base + 558 * page);
  poke(base + 557 * page);
  poke(base + 400 * page);
  unmap(base + 300 * page, 2 * page);
  fixed(base + 540 * page, 1, PROT_NONE, ANON_PRIVATE, -1, 0);
  poke(base + 542 * page);
  map(base + 520 * page, page, RW_, ANON_PRIVATE, -1, 0);
  map(base + 200 * page, page, RW_, ANON_PRIVATE, -1, 0);
  fixed(base + 604 * page, 2, RW_, ANON_PRIVATE | MAP_GROWSDOWN, -1, 0);
  protect(base + 602 * page, 2 * page, R_);
  protect(base + 602 * page, 2 * page, RW_);
}

__attribute__((noinline)) static int deep_stack(int depth) {
  volatile char block[8192];
  block[0] = (char)depth;
  if (depth == 0) return block[0];
  return deep_stack(depth - 1) + block[0];
}

static void memory_files(int fd) {
  int sealed = (int)CALL2(SYS_memfd_create, "sealed", MFD_ALLOW_SEALING);
  int plain = (int)CALL2(SYS_memfd_create, "plain", MFD_CLOEXEC);
  ul base = arena(32);
  unmap(base, 32 * page);
  if (ftruncate(sealed, (off_t)(8 * page)) != 0 || ftruncate(plain, (off_t)(8 * page)) != 0) failures++;
  fixed(base, 2, RW_, MAP_SHARED, sealed, 0);
  unmap(base, 2 * page);
  fcntl(sealed, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK);
  fixed(base, 2, RW_, MAP_SHARED, sealed, 0);
  fixed(base, 2, R_, MAP_SHARED, sealed, 0);
  protect(base, page, RW_);
  fixed(base + 2 * page, 2, RW_, MAP_PRIVATE, sealed, 2 * page);
  int copy = dup(plain);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", plain);
  int again = open(path, O_RDWR);
  fixed(base + 8 * page, 1, RW_, MAP_SHARED, plain, 0);
  fixed(base + 9 * page, 1, RW_, MAP_SHARED, copy, page);
  fixed(base + 10 * page, 1, RW_, MAP_SHARED, again, 2 * page);
  fixed(base + 11 * page, 1, RW_, MAP_PRIVATE, plain, 3 * page);
  fixed(base + 12 * page, 1, RW_, MAP_PRIVATE, plain, 4 * page);
  poke(base + 12 * page);
  poke(base + 11 * page);
  int zero = open("/dev/zero", O_RDWR);
  fixed(base + 16 * page, 2, RW_, MAP_PRIVATE, zero, 0);
  fixed(base + 18 * page, 2, RW_, MAP_PRIVATE, zero, 2 * page);
  fixed(base + 20 * page, 2, RW_, MAP_SHARED, zero, 0);
  poke(base + 19 * page);
  remap(base + 16 * page, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, base + 24 * page);
  int secret = (int)CALL1(NR_MEMFD_SECRET, 0);
  if (secret >= 0) {
    if (ftruncate(secret, (off_t)page) != 0) failures++;
    map(0, page, RW_, MAP_PRIVATE, secret, 0);
    map(0, page, RW_ | X_, MAP_SHARED, secret, 0);
    fixed(base + 28 * page, 1, RW_, MAP_SHARED, secret, 0);
    close(secret);
  }
  CALL3(NR_MAP_SHADOW_STACK, 0, page, 0);
  CALL2(SYS_memfd_create, "x", ~0U);
  map(0, page, R_, MAP_SHARED, fd, 0);
  close(sealed);
  close(plain);
  close(copy);
  close(again);
  close(zero);
}

static void forks(int fd) {
  ul base = arena(64);
  unmap(base, 64 * page);
  fixed(base, 4, RW_, ANON_PRIVATE, -1, 0);
  poke(base);
  fixed(base + 8 * page, 4, RW_, ANON_PRIVATE, -1, 0);
  fixed(base + 16 * page, 2, RW_, MAP_SHARED, fd, 0);
  advise(base + 9 * page, page, MADV_DONTFORK);
  advise(base + 10 * page, page, 18);
  pid_t child = fork();
  if (child == 0) {
    fixed(base + 4 * page, 2, RW_, ANON_PRIVATE, -1, 0);
    poke(base + 4 * page);
    poke(base + page);
    protect(base + page, page, R_);
    protect(base + page, page, RW_);
    fixed(base + 9 * page, 1, RW_, ANON_PRIVATE, -1, 0);
    remap(base, 6 * page, 8 * page, MREMAP_MAYMOVE, 0);
    unmap(base + 16 * page, page);
    pid_t grandchild = fork();
    if (grandchild == 0) {
      poke(base + 10 * page);
      protect(base + 8 * page, 4 * page, R_);
      _exit(0);
    }
    waitpid(grandchild, NULL, 0);
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
  fixed(base + 4 * page, 2, RW_, ANON_PRIVATE, -1, 0);
  poke(base + 5 * page);
  child = vfork();
  if (child == 0) {
    syscall(SYS_mmap, base + 20 * page, 3 * page, RW_, ANON_PRIVATE | MAP_FIXED, -1, 0);
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
  child = fork();
  if (child == 0) {
    execl("/bin/true", "true", (char *)NULL);
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
}

static void *worker(void *argument) {
  ul number = (ul)argument;
  for (ul i = 0; i < 12; i++) {
    long addr = map(0, (i % 4 + 1) * page, i % 3 ? RW_ : R_, ANON_PRIVATE, -1, 0);
    if (failed(addr)) continue;
    if (i % 3) *(volatile char *)addr = (char)number;
    if (i % 2) unmap((ul)addr, page);
    char *heap = malloc(200000 + i * 4096);
    if (heap != NULL) heap[100] = 1;
    free(heap);
  }
  return NULL;
}

static void threads(void) {
  pthread_t handles[3];
  for (ul i = 0; i < 3; i++) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    if (pthread_create(&handles[i], &attributes, worker, (void *)i) != 0) handles[i] = 0;
    pthread_attr_destroy(&attributes);
  }
  for (int i = 0; i < 3; i++) {
    if (handles[i] != 0) pthread_join(handles[i], NULL);
  }
}

static void kernel_copies(void) {
  int zero = open("/dev/zero", O_RDONLY);
  ul base = arena(32);
  unmap(base, 32 * page);
  fixed(base, 9, RW_, ANON_PRIVATE, -1, 0);
  for (ul i = 1; i < 9; i += 2) protect(base + i * page, page, R_ | W_ | X_);
  if (read(zero, (void *)(base + 2 * page), 100) < 0) failures++;
  if (read(zero, (void *)(base + 4 * page), 0) < 0) failures++;
  peek(base + 6 * page);
  poke(base + 3 * page);
  advise(base + 5 * page, page, 22);
  advise(base + 7 * page, page, 23);
  CALL6(SYS_futex, base + 8 * page, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, 0, 0, 0);
  for (ul i = 1; i < 9; i += 2) protect(base + i * page, page, RW_);
  poke(base + 16 * page);
  ul huge = (base + (4UL << 20)) & ~((2UL << 20) - 1);
  map(huge, 4UL << 20, RW_, ANON_PRIVATE | MAP_FIXED, -1, 0);
  advise(huge, 4UL << 20, MADV_HUGEPAGE);
  peek(huge);
  advise(huge, 2UL << 20, 25);
  poke(huge + (2UL << 20));
  advise(huge, 4UL << 20, MADV_NOHUGEPAGE);
  protect(huge, 4UL << 20, R_);
  close(zero);
}

static void files_that_change(void) {
  char path[64];
  char moved[80];
  int fd = new_file("moved", 4 * page, path);
  snprintf(moved, sizeof moved, "%s-renamed", path);
  long a = map(0, 2 * page, RW_, MAP_SHARED, fd, 0);
  rename(path, moved);
  long b = map(0, 2 * page, R_, MAP_PRIVATE, fd, 2 * page);
  unlink(moved);
  if (!failed(a)) poke((ul)a);
  if (!failed(b)) peek((ul)b);
  int writeonly = open("/dev/null", O_WRONLY);
  map(0, page, R_, MAP_SHARED, writeonly, 0);
  close(writeonly);
  if (ftruncate(fd, 0) != 0) failures++;
  if (!failed(a)) peek((ul)a + page);
  close(fd);
}

int main(void) {
  main_address = (void *)(uintptr_t)main;
  page = (ul)sysconf(_SC_PAGESIZE);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_fault;
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  // The C library's heap must be set up before brk() is called behind its back, and must not grow later.
  static char output[256];
  setvbuf(stdout, output, _IOFBF, sizeof output);
  void *volatile first = malloc(64);
  free(first);
  char path[64];
  int fd = new_file("file", 5UL << 20, path);
  int memory_fd = (int)CALL2(SYS_memfd_create, "allcalls", 0);
  if (fd < 0 || memory_fd < 0 || ftruncate(memory_fd, (off_t)(64 * page)) != 0) {
    perror("allcalls: setup");
    return 1;
  }
  mmap_bad_arguments(fd);
  mmap_kinds_of_files();
  mmap_flags(fd);
  placement(fd);
  fault_orders();
  protections(fd);
  unmaps(fd);
  remaps(fd);
  breaks();
  advices(fd, memory_fd);
  locks(fd);
  syncs(fd);
  seals();
  policies(memory_fd);
  nonlinear(fd);
  shared_memory();
  asynchronous_io();
  other_process_calls();
  process_controls();
  moved_heap();
  process_wide_flags();
  stacks();
  memory_files(fd);
  forks(fd);
  threads();
  kernel_copies();
  files_that_change();
  if (deep_stack(40) == -1) failures++;
  unlink(path);
  printf("allcalls: %s\n", calls > 500 && failures > 100 ? "done" : "too few calls");
  return 0;
}
