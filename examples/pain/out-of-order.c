/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reserved region, made accessible in pieces that do not come in order of address, each written at
 * once: as heaps of managed runtimes and buffer pools do it. A piece that is written before its
 * neighbour exists gets an identity of its own, and the two never merge, though maps and smaps show
 * them alike.
 * Remedied: the same pieces in order of address.
 */
#include "count.h"

int main(int argc, char **argv) {
    arguments(argc, argv, 256);
    size_t piece = 16 * PAGE;
    char *region = map(NULL, pieces * piece, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (int i = 0; i < pieces; i++) {
        char *at = region + (remedied ? i : shuffled(i)) * piece;
        must(!mprotect(at, piece, PROT_READ | PROT_WRITE), "mprotect");
        *at = 1;
    }
    return finish();
}
