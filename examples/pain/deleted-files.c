/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many small files that are mapped and deleted at once, as some databases and message queues do with
 * their buffers.
 * Remedied: one file, mapped as a whole.
 */
#include "count.h"

int main(int argc, char **argv) {
    arguments(argc, argv, 200);
    size_t size = 4 * PAGE;
    for (int i = 0; i < (remedied ? 1 : pieces); i++) {
        char name[] = "/tmp/pain-XXXXXX";
        size_t length = remedied ? pieces * size : size;
        int fd = mkstemp(name);
        must(fd >= 0 && !ftruncate(fd, length), "mkstemp");
        map(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        unlink(name);
        close(fd);
    }
    return finish();
}
