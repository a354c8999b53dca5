// SPDX-License-Identifier: Apache-2.0
// randcalls SEED COUNT: performs COUNT random memory calls and touches, mostly in a playground of its own,
// and leaves the resulting map. The same seed gives the same calls apart from addresses the kernel chooses.
// It only ever changes memory that it mapped itself; accesses the kernel refuses are swallowed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef unsigned long ul;

enum { PLAYGROUND = 512, ROAMERS = 48, FILE_PAGES = 64, MSEAL = 462 };

struct range {
  ul start;
  ul pages;
};

static ul page;
static ul ground;
static ul heap_start;
static struct range roamer[ROAMERS];
static int fds[6];
static int fd_count;
static uint64_t state;
static unsigned long done;
static sigjmp_buf fault_escape;

static uint64_t next_random(void) {
  uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}
static ul below(ul bound) { return (ul)(next_random() % bound); }
static int chance(ul percent) { return below(100) < percent; }

static int failed(long result) { return result == -1; }

static void on_fault(int signal) {
  (void)signal;
  siglongjmp(fault_escape, 1);
}
static void poke(ul addr) {
  if (sigsetjmp(fault_escape, 1) == 0) *(volatile char *)addr = 1;
}
static void peek(ul addr) {
  if (sigsetjmp(fault_escape, 1) == 0) (void)*(volatile char *)addr;
}

// A random range: usually in the playground, else inside one of the mappings the kernel placed.
static struct range some_range(void) {
  struct range r;
  if (chance(20)) {
    for (int tries = 0; tries < 4; tries++) {
      const struct range *it = &roamer[below(ROAMERS)];
      if (it->pages == 0) continue;
      ul first = below(it->pages);
      r.start = it->start + first * page;
      r.pages = 1 + below(it->pages - first);
      return r;
    }
  }
  // Short ranges in a small part of the playground meet each other often enough to merge.
  ul window = chance(70) ? 64 : PLAYGROUND;
  ul first = below(window);
  ul longest = window - first < 12 ? window - first : 12;
  r.start = ground + first * page;
  r.pages = 1 + below(longest);
  return r;
}

static int some_prot(void) {
  static const int prots[] = {PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ,
      PROT_READ, PROT_NONE, PROT_READ | PROT_EXEC, PROT_WRITE, PROT_READ | PROT_WRITE | PROT_EXEC};
  return prots[below(sizeof prots / sizeof *prots)];
}

static void remember(ul start, ul pages) {
  int slot = (int)below(ROAMERS);
  for (int i = 0; i < ROAMERS; i++) {
    if (roamer[i].pages == 0) slot = i;
  }
  if (roamer[slot].pages != 0) syscall(SYS_munmap, roamer[slot].start, roamer[slot].pages * page);
  roamer[slot].start = start;
  roamer[slot].pages = pages;
}
// Forgets what of the range lies in remembered mappings (a hole in the middle forgets the upper part too,
// which stays mapped but is not touched again).
static void forget(ul start, ul pages) {
  ul end = start + pages * page;
  for (int i = 0; i < ROAMERS; i++) {
    ul s = roamer[i].start;
    ul e = s + roamer[i].pages * page;
    if (roamer[i].pages == 0 || e <= start || s >= end) continue;
    if (start > s) {
      roamer[i].pages = (start - s) / page;
    } else if (end < e) {
      roamer[i].start = end;
      roamer[i].pages = (e - end) / page;
    } else {
      roamer[i].pages = 0;
    }
  }
}

static void random_mmap(void) {
  struct range r = some_range();
  int in_ground = r.start >= ground && r.start < ground + PLAYGROUND * page;
  int flags = 0;
  int fd = -1;
  ul offset = 0;
  switch (below(8)) {
    case 0:
      flags = MAP_SHARED | MAP_ANONYMOUS;
      break;
    case 1:
    case 2:
      fd = fds[below((ul)fd_count)];
      flags = chance(50) ? MAP_SHARED : MAP_PRIVATE;
      // Offsets follow the address half of the time, so that neighbours can merge.
      offset = (chance(50) ? (r.start - ground) / page % FILE_PAGES : below(FILE_PAGES)) * page;
      break;
    default:
      flags = MAP_PRIVATE | MAP_ANONYMOUS;
      break;
  }
  if (chance(8)) flags |= MAP_NORESERVE;
  if (chance(5)) flags |= MAP_POPULATE;
  if (chance(3)) flags |= MAP_LOCKED;
  if (chance(3)) flags |= MAP_STACK;
  if (chance(3) && fd < 0) flags |= MAP_GROWSDOWN;
  if (chance(1)) flags = 8 | MAP_ANONYMOUS;
  if (chance(1)) flags |= MAP_SHARED_VALIDATE;
  ul addr = r.start;
  ul pages = r.pages;
  if (in_ground && chance(75)) {
    flags |= chance(80) ? MAP_FIXED : 0x100000;
  } else if (chance(85)) {
    addr = 0;
    pages = chance(4) ? (ul)512 * (1 + below(2)) : 1 + below(16);
    if (pages >= 512) flags &= ~(MAP_POPULATE | MAP_LOCKED);
  }
  long result = syscall(SYS_mmap, addr, pages * page, some_prot(), flags, fd, offset);
  if (failed(result)) return;
  ul start = (ul)result;
  if (start < ground || start >= ground + PLAYGROUND * page) remember(start, pages);
}

static void random_munmap(void) {
  struct range r = some_range();
  if (!failed(syscall(SYS_munmap, r.start, r.pages * page))) forget(r.start, r.pages);
}

static void random_mremap(void) {
  struct range r = some_range();
  // A fixed target must stay inside the playground, so what moves there is short.
  if (r.pages > 16) r.pages = 16;
  ul new_pages = chance(40) ? r.pages : 1 + below(16);
  struct range target = {ground + below(PLAYGROUND - 15) * page, new_pages};
  int flags = 0;
  switch (below(5)) {
    case 0:
      break;
    case 1:
    case 2:
      flags = MREMAP_MAYMOVE;
      break;
    case 3:
      flags = MREMAP_MAYMOVE | MREMAP_FIXED;
      break;
    default:
      flags = MREMAP_MAYMOVE | 4 | (chance(60) ? MREMAP_FIXED : 0);
      break;
  }
  ul old_pages = chance(3) ? 0 : r.pages;
  // In place, a range of a mapping the kernel placed could grow over nothing but free space: harmless.
  long result = syscall(SYS_mremap, r.start, old_pages * page, new_pages * page, flags, target.start);
  if (failed(result)) return;
  ul start = (ul)result;
  int moved = start != r.start;
  if (moved && (flags & 4) == 0 && old_pages != 0) forget(r.start, old_pages);
  if (!moved && new_pages < old_pages) forget(r.start + new_pages * page, old_pages - new_pages);
  int result_in_ground = start >= ground && start < ground + PLAYGROUND * page;
  if (moved && !result_in_ground) remember(start, new_pages);
  if (!moved && !result_in_ground && new_pages > old_pages) {
    remember(start + old_pages * page, new_pages - old_pages);
  }
}

static void random_madvise(void) {
  static const int advice[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, MADV_FREE,
      MADV_DONTFORK, MADV_DOFORK, MADV_DOFORK, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
      MADV_DONTDUMP, MADV_DODUMP, MADV_DODUMP, MADV_DODUMP, 18, 19, 19, 20, 21, 22, 23, 24, 25, 102, 103, MADV_REMOVE};
  struct range r = some_range();
  syscall(SYS_madvise, r.start, r.pages * page, advice[below(sizeof advice / sizeof *advice)]);
}

static void random_lock(void) {
  struct range r = some_range();
  switch (below(6)) {
    case 0:
    case 1:
      syscall(SYS_mlock, r.start, r.pages * page);
      break;
    case 2:
      syscall(SYS_mlock2, r.start, r.pages * page, 1);
      break;
    default:
      syscall(SYS_munlock, r.start, r.pages * page);
      break;
  }
  if (chance(2)) {
    syscall(SYS_mlockall, chance(50) ? MCL_FUTURE : MCL_FUTURE | 4);
    random_mmap();
    syscall(SYS_munlockall);
  }
}

static void random_brk(void) { syscall(SYS_brk, heap_start + below(64) * page + below(3)); }

static void random_touch(void) {
  struct range r = some_range();
  ul i = below(r.pages);
  if (chance(70)) {
    poke(r.start + i * page + 64);
  } else {
    peek(r.start + i * page + 64);
  }
}

static void random_rest(void) {
  struct range r = some_range();
  ul node0 = 1;
  unsigned char vector[4096];
  switch (below(8)) {
    case 0:
      syscall(SYS_msync, r.start, r.pages * page, below(8));
      break;
    case 1:
      syscall(SYS_mincore, r.start, r.pages * page, vector);
      break;
    case 2:
      syscall(SYS_mbind, r.start, r.pages * page, chance(50) ? 0 : 2, chance(50) ? &node0 : NULL, 64, 0);
      break;
    case 3:
      syscall(SYS_mbind, r.start, r.pages * page, 0, NULL, 0, 0);
      break;
    case 4:
      syscall(SYS_remap_file_pages, r.start, r.pages * page, 0, below(FILE_PAGES), 0);
      break;
    case 5:
      // A kernel copy is a fault too.
      if (read(fds[0], (void *)(r.start + 64), chance(80) ? 16 : 0) < 0) break;
      break;
    case 6:
      if (chance(5)) syscall(MSEAL, ground + below(PLAYGROUND) * page, page, 0);
      break;
    default:
      syscall(SYS_prctl, 0x53564d41, 0, r.start, r.pages * page, chance(50) ? "name" : NULL);
      break;
  }
}

static void step(int depth);

static void random_fork(int depth) {
  ul steps = 5 + below(25);
  uint64_t child_state = next_random();
  pid_t child = fork();
  if (child == 0) {
    state = child_state;
    for (ul i = 0; i < steps; i++) step(depth + 1);
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
}

static void step(int depth) {
  ul dice = below(1000);
  done++;
  if (dice < 230) random_mmap();
  else if (dice < 310) random_munmap();
  else if (dice < 450) {
    struct range r = some_range();
    syscall(SYS_mprotect, r.start, r.pages * page, some_prot());
  } else if (dice < 540) random_mremap();
  else if (dice < 620) random_madvise();
  else if (dice < 670) random_lock();
  else if (dice < 690) random_brk();
  else if (dice < 740) random_rest();
  else if (dice < 745 && depth < 2) random_fork(depth);
  else random_touch();
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: randcalls SEED COUNT\n");
    return 2;
  }
  static char output[256];
  setvbuf(stdout, output, _IOFBF, sizeof output);
  void *volatile first = malloc(64);
  free(first);
  state = strtoull(argv[1], NULL, 0);
  unsigned long count = strtoul(argv[2], NULL, 0);
  page = (ul)sysconf(_SC_PAGESIZE);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_fault;
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  char path[64];
  snprintf(path, sizeof path, "/tmp/randcalls-%d", (int)getpid());
  fds[0] = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fds[0] < 0 || ftruncate(fds[0], (off_t)(FILE_PAGES * page)) != 0) {
    perror("randcalls: file");
    return 1;
  }
  fds[1] = open(path, O_RDWR);
  fds[2] = open(path, O_RDONLY);
  fds[3] = open("/dev/zero", O_RDWR);
  fds[4] = (int)syscall(SYS_memfd_create, "randcalls", 0);
  fds[5] = dup(fds[0]);
  fd_count = 6;
  if (fds[4] < 0 || ftruncate(fds[4], (off_t)(FILE_PAGES * page)) != 0) {
    perror("randcalls: memfd");
    return 1;
  }
  // The playground lies in the middle of a bigger reservation, which the program never gives back: a stack
  // that grows down, or a growing mapping, cannot reach anything else.
  long reserved = syscall(SYS_mmap, 0, (PLAYGROUND + 1024) * page, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (failed(reserved)) {
    perror("randcalls: playground");
    return 1;
  }
  ground = (ul)reserved + 512 * page;
  syscall(SYS_munmap, ground, PLAYGROUND * page);
  heap_start = (ul)syscall(SYS_brk, 0);
  for (unsigned long i = 0; i < count; i++) step(0);
  unlink(path);
  printf("randcalls: %lu steps\n", done);
  return 0;
}
