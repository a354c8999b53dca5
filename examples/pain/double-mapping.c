/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code of a just-in-time compiler: pages of a memory file, each mapped once to be written and once
 * to be executed, as .NET and hardened JITs do it. Mappings at random places of the file continue
 * nobody.
 * Remedied: the file is mapped twice as a whole, and pages of both are handed out.
 */
#include "count.h"

int main(int argc, char **argv) {
    arguments(argc, argv, 128);
    int fd = memfd_create("code", 0);
    must(fd >= 0 && !ftruncate(fd, pieces * PAGE), "memfd_create");
    if (remedied) {
        map(NULL, pieces * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        map(NULL, pieces * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    } else {
        for (int i = 0; i < pieces; i++) {
            map(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, shuffled(i) * PAGE);
            map(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, shuffled(i) * PAGE);
        }
    }
    return finish();
}
