/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stacks for many threads, each mapped without access and then opened but for a guard page at its
 * low end, as thread libraries do it. The stacks lie side by side, and a guard stands between each
 * two of them. (No thread is started: the mappings are what this is about.)
 * Remedied: the stack is accessible from the start, and its guard is a guard region within.
 */
#include "count.h"

int main(int argc, char **argv) {
    arguments(argc, argv, 200);
    size_t stack = 64 * PAGE;
    for (int i = 0; i < pieces; i++) {
        int prot = remedied ? PROT_READ | PROT_WRITE : PROT_NONE;
        char *low = map(NULL, stack, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
        if (remedied)
            must(!madvise(low, PAGE, MADV_GUARD_INSTALL), "MADV_GUARD_INSTALL (Linux 6.13)");
        else
            must(!mprotect(low + PAGE, stack - PAGE, PROT_READ | PROT_WRITE), "mprotect");
        low[stack - 1] = 1;
    }
    return finish();
}
