/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of one mapping, every other of which is advised to be of huge pages.
 * Remedied: all of it is advised.
 */
#include "count.h"

int main(int argc, char **argv) {
    arguments(argc, argv, 128);
    size_t block = 512 * PAGE;
    char *all = map(NULL, pieces * block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (remedied)
        must(!madvise(all, pieces * block, MADV_HUGEPAGE), "MADV_HUGEPAGE");
    else
        for (int i = 0; i < pieces; i += 2)
            must(!madvise(all + i * block, block, MADV_HUGEPAGE), "MADV_HUGEPAGE");
    return finish();
}
