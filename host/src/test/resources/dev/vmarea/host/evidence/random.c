// SPDX-License-Identifier: Apache-2.0
// Random memory calls, random first writes, forks: THREADS STEPS SEED. Every thread works in a range
// of its own; writes are made by the kernel (read), so that a bad address is no signal.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define P 4096L
#define PAGES 512L
#define RW (PROT_READ | PROT_WRITE)
#define FIXED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static int steps;
static int zero;
static int file;
static int pipe_ends[2];

static unsigned next(uint64_t *state) {
  *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
  return *state >> 33;
}

static void child(char *base, uint64_t *state) {
  for (int i = 0; i < 30; i++) {
    read(zero, base + next(state) % PAGES * P, 1);
    mprotect(base + next(state) % PAGES * P, P, next(state) % 2 ? PROT_READ : RW);
  }
  _exit(0);
}

static void *work(void *argument) {
  long number = (long)argument % 16;
  uint64_t state = (uint64_t)argument * 7919 + 1;
  char *base = (char *)(0x100000000000L + number * 0x40000000L);
  // what is committed and written page by page, here and there, gets anon_vmas that do not merge
  mmap(base, PAGES * P, PROT_NONE, FIXED, -1, 0);
  for (int i = 0; i < steps; i++) {
    long page = next(&state) % PAGES;
    long pages = 1 + next(&state) % 3;
    if (page + pages > PAGES) {
      pages = PAGES - page;
    }
    char *a = base + page * P;
    long bytes = pages * P;
    char byte;
    switch (next(&state) % 32) {
      case 0:
        mmap(a, bytes, next(&state) % 2 ? RW : PROT_NONE, FIXED, -1, 0);
        break;
      case 1:
        munmap(a, bytes);
        break;
      case 2:
        mprotect(a, 8 * bytes, PROT_READ);
        break;
      case 3:
      case 4:
        mprotect(a, bytes, RW);
        break;
      case 5:
        mprotect(a, 8 * bytes, RW | PROT_EXEC);
        break;
      case 6:
        madvise(a, bytes, MADV_DONTNEED);
        break;
      case 7:
        mmap(a, bytes, RW, MAP_PRIVATE | MAP_FIXED, file, 0);
        break;
      case 8:
        mremap(a, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
               base + (page + PAGES / 2) % PAGES * P);
        break;
      case 9:
        mmap(a, bytes, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        break;
      case 10:
        mmap(a, bytes, RW, FIXED | MAP_POPULATE, -1, 0);
        break;
      case 11: // a read by the kernel
        if (write(pipe_ends[1], a, 1) == 1) {
          read(pipe_ends[0], &byte, 1);
        }
        break;
      case 12:
        if (number == 0 && next(&state) % 40 == 0) {
          pid_t pid = fork();
          if (pid == 0) {
            child(base, &state);
          }
          waitpid(pid, 0, 0);
        }
        break;
      case 13:
      case 14:
      case 15:
      case 16:
      case 17:
      case 18:
      case 19:
      case 20:
        mprotect(a, bytes, RW);
        read(zero, a, 1);
        break;
      default:
        read(zero, a, 1);
    }
  }
  return 0;
}

int main(int argc, char **argv) {
  long threads = atol(argv[1]);
  steps = atoi(argv[2]);
  long seed = atol(argv[3]) & 0xffffffff;
  zero = open("/dev/zero", O_RDONLY);
  file = open(argv[0], O_RDONLY);
  pipe(pipe_ends);
  pthread_t t[16];
  for (long i = 1; i < threads; i++) {
    pthread_create(&t[i], 0, work, (void *)(seed * 16 + i));
  }
  work((void *)(seed * 16));
  for (long i = 1; i < threads; i++) {
    pthread_join(t[i], 0);
  }
  return 0;
}
