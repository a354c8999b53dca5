/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two mappings for each connection: a ring buffer in a memory file is mapped twice in a row, so that
 * what wraps round its end can be read in one piece.
 * Remedied: an ordinary buffer of twice the size for each connection, all in one anonymous mapping.
 */
#include "count.h"

int main(int argc, char **argv) {
    arguments(argc, argv, 150);
    size_t ring = 4 * PAGE;
    if (remedied) {
        map(NULL, pieces * 2 * ring, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return finish();
    }
    for (int i = 0; i < pieces; i++) {
        int fd = memfd_create("ring", 0);
        must(fd >= 0 && !ftruncate(fd, ring), "memfd_create");
        char *both = map(NULL, 2 * ring, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        map(both, ring, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
        map(both + ring, ring, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
        close(fd);
    }
    return finish();
}
