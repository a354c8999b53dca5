// SPDX-License-Identifier: Apache-2.0
// Programs whose way of using threads and processes is known; the first argument picks one.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void *map_and_unmap(void *unused) {
  for (int i = 0; i < 300; i++) {
    char *p = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    p[0] = 1;
    munmap(p + 16384, 16384);
    p = mremap(p, 16384, 32768, MREMAP_MAYMOVE);
    munmap(p, 65536);
  }
  return unused;
}

static int threads(void) {
  pthread_t t[4];
  for (int i = 0; i < 4; i++) pthread_create(t + i, 0, map_and_unmap, 0);
  for (int i = 0; i < 4; i++) pthread_join(t[i], 0);
  return 7;
}

static void *end_later(void *unused) {
  usleep(50000);
  mmap(0, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  exit(5);
  return unused;
}

static int leader_first(void) {
  pthread_t t;
  pthread_create(&t, 0, end_later, 0);
  pthread_exit(0);
}

static void *allocate(void *unused) {
  for (;;) free(malloc(300000));
  return unused;
}

static void *execute(void *unused) {
  execl("/bin/true", "true", (char *)0);
  return unused;
}

static int exec_from_thread(void) {
  pthread_t t;
  pthread_create(&t, 0, allocate, 0);
  pthread_create(&t, 0, allocate, 0);
  pthread_create(&t, 0, execute, 0);
  pthread_join(t, 0);
  return 1;
}

static int with_vfork(void) {
  int status;
  pid_t p = vfork();
  if (!p) {
    mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    execl("/bin/true", "true", (char *)0);
    _exit(1);
  }
  waitpid(p, &status, 0);
  p = vfork();
  if (!p) {
    mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    _exit(3);
  }
  waitpid(p, &status, 0);
  return WEXITSTATUS(status);
}

static int kill_itself(void) {
  mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  kill(getpid(), SIGKILL);
  pause();
  return 0;
}

static volatile int received;

static void on_signal(int number) { received = number; }

static int stop_and_go(void) {
  signal(SIGUSR1, on_signal);
  pid_t p = fork();
  if (!p) {
    usleep(50000);
    kill(getppid(), SIGSTOP);
    usleep(50000);
    kill(getppid(), SIGCONT);
    kill(getppid(), SIGUSR1);
    _exit(0);
  }
  while (!received) usleep(1000);
  return received;
}

static int fork_without_end(void) {
  for (;;) fork();
}

int main(int argc, char **argv) {
  (void)argc;
  if (!strcmp(argv[1], "threads")) return threads();
  if (!strcmp(argv[1], "leader")) return leader_first();
  if (!strcmp(argv[1], "exec")) return exec_from_thread();
  if (!strcmp(argv[1], "vfork")) return with_vfork();
  if (!strcmp(argv[1], "kill")) return kill_itself();
  if (!strcmp(argv[1], "stop")) return stop_and_go();
  if (!strcmp(argv[1], "bomb")) return fork_without_end();
  return 99;
}
