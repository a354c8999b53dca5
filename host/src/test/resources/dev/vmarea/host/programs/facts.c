// SPDX-License-Identifier: Apache-2.0
// Calls whose pointers a recorder has to follow, and files that change behind its back. Takes a directory to
// work in; exits 0.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void masks(char *p) {
  unsigned long nodes[3] = {1, 0, 0};
  syscall(SYS_mbind, p, 4096, MPOL_BIND, nodes, 64, 0);
  syscall(SYS_mbind, p + 8192, 4096, MPOL_BIND, nodes, 66, 0);
  syscall(SYS_mbind, p, 4096, MPOL_DEFAULT, nodes, 64, 0);
  syscall(SYS_mbind, p, 4096, MPOL_DEFAULT, NULL, 0, 0);
  syscall(SYS_mbind, p, 4096, MPOL_BIND, nodes, 0, 0);
  syscall(SYS_mbind, p, 4096, MPOL_BIND, nodes, 1, 0);
  syscall(SYS_mbind, p, 4096, MPOL_BIND, 8, 64, 0);
}

static void structures(char *p) {
  unsigned long context = 1;
  struct iovec ranges[2] = {{p, 4096}, {p + 8192, 4096}};
  struct prctl_mm_map map;
  syscall(SYS_io_setup, 10, &context);
  syscall(SYS_io_setup, 10, 8);
  context = 0;
  syscall(SYS_io_setup, 10, &context);
  syscall(SYS_process_madvise, -1, ranges, 2, MADV_COLD, 0);
  syscall(SYS_process_madvise, -1, 8, 2, MADV_COLD, 0);
  memset(&map, 0, sizeof map);
  map.start_code = 0x1234;
  map.exe_fd = -1;
  prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0);
  prctl(PR_SET_MM, PR_SET_MM_MAP, 8, sizeof map, 0);
}

static void files(const char *directory) {
  char a[4096], b[4096];
  snprintf(a, sizeof a, "%s/a", directory);
  snprintf(b, sizeof b, "%s/b", directory);
  int fd = open(a, O_RDWR | O_CREAT | O_TRUNC, 0600);
  ftruncate(fd, 8192);
  char *p = mmap(NULL, 12288, PROT_READ, MAP_SHARED, fd, 0);
  mlock(p, 8192);
  mlock(p, 12288);
  ftruncate(fd, 12288);
  mlock(p, 12288);
  mmap(NULL, 12288, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  // not among the calls that are recorded: the name is only seen to have changed
  syscall(SYS_link, a, b);
  unlink(a);
  fd = open(directory, O_RDONLY);
  mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  fd = open("/proc/self/maps", O_RDONLY);
  mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
  close(fd);
}

// Reading memory that uses huge pages makes it anonymous memory, as writing does.
static void huge_pages(void) {
  const unsigned long huge = 2UL << 20;
  char *area = mmap(NULL, 4 * huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *block = (char *)(((unsigned long)area + huge - 1) & ~(huge - 1));
  madvise(area, 4 * huge, MADV_HUGEPAGE);
  volatile char read = block[100];
  (void)read;
  char *middle = block + huge / 2;
  mmap(middle, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  middle[0] = 1;
  madvise(middle, 4096, MADV_HUGEPAGE);
}

int main(int count, char **arguments) {
  char *p = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  masks(p);
  structures(p);
  if (count > 1) files(arguments[1]);
  huge_pages();
  syscall(SYS_setuid, 65534);
  return 0;
}
