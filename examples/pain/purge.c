/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator that gives memory back by taking away the access to it: every other extent of one
 * large mapping is free, and PROT_NONE.
 * Remedied: what is free is given back with MADV_DONTNEED, and stays accessible.
 */
#include "count.h"

int main(int argc, char **argv) {
    arguments(argc, argv, 256);
    size_t extent = 32 * PAGE;
    char *arena = map(NULL, pieces * extent, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(arena, 1, pieces * extent);
    for (int i = 1; i < pieces; i += 2) {
        if (!remedied)
            must(!mprotect(arena + i * extent, extent, PROT_NONE), "mprotect");
        must(!madvise(arena + i * extent, extent, MADV_DONTNEED), "madvise");
    }
    return finish();
}
