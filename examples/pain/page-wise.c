/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One mapping whose pages are protected one by one, every other of them read-only, as garbage
 * collectors and debuggers do it: two boundaries a page, until vm.max_map_count is reached and
 * mprotect says ENOMEM, with all memory free.
 * Remedied: one mprotect for all of them.
 */
#include <errno.h>
#include "count.h"

int main(int argc, char **argv) {
    arguments(argc, argv, 600);
    char *all = map(NULL, pieces * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (remedied) {
        must(!mprotect(all, pieces * PAGE, PROT_READ), "mprotect");
        return finish();
    }
    for (int i = 0; i < pieces; i += 2)
        if (mprotect(all + i * PAGE, PAGE, PROT_READ)) {
            must(errno == ENOMEM, "mprotect");
            dprintf(2, "mprotect of page %d: %s\n", i, strerror(errno));
            break;
        }
    return finish();
}
