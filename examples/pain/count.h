/* SPDX-License-Identifier: Apache-2.0 */
/* What all programs of this folder share: arguments, and how they count their own VMAs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096UL

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13 */
#endif

static int pieces;    /* how many of whatever the program makes many of */
static int remedied;  /* whether it makes the change that lets them merge */
static int waits;     /* whether it stays, to be looked at */

static inline void arguments(int argc, char **argv, int usual) {
    pieces = usual;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "remedied"))
            remedied = 1;
        else if (!strcmp(argv[i], "wait"))
            waits = 1;
        else
            pieces = atoi(argv[i]);
    }
}

static inline void must(int holds, const char *what) {
    if (!holds) {
        perror(what);
        exit(1);
    }
}

static inline char *map(void *at, size_t length, int prot, int flags, int fd, off_t offset) {
    char *address = mmap(at, length, prot, flags, fd, offset);
    must(address != MAP_FAILED, "mmap");
    return address;
}

/* Lines of /proc/self/maps without the last one, [vsyscall]; nothing is mapped for it. */
static inline int count_vmas(void) {
    static char buffer[1 << 16];
    int fd = open("/proc/self/maps", O_RDONLY);
    int lines = 0;
    must(fd >= 0, "/proc/self/maps");
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) {
        for (ssize_t i = 0; i < n; i++)
            lines += buffer[i] == '\n';
    }
    close(fd);
    return lines - 1;
}

/* The last thing that a program does. */
static inline int finish(void) {
    static char text[32];
    int n = snprintf(text, sizeof text, "VMAs %d\n", count_vmas());
    must(write(1, text, n) == n, "write");
    while (waits)
        pause();
    return 0;
}

/* A fixed order that is none of address: steps that have no divisor in common with the number. */
static inline int shuffled(int i) {
    int step = pieces * 5 / 8 + 1;
    for (;; step++) {
        int a = step, b = pieces;
        while (b) {
            int rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1)
            break;
    }
    return (int)((long)i * step % pieces);
}
