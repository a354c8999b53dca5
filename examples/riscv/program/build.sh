#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds ../primes.elf with Debian's cross compiler (package gcc-riscv64-linux-gnu).
# RV64IM without compressed instructions: all that Hart.java knows.
set -e
cd "$(dirname "$0")"
riscv64-linux-gnu-gcc -march=rv64im -mabi=lp64 -O2 -Wall -Wextra -Werror \
    -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables \
    -fno-tree-loop-distribute-patterns -fno-delete-null-pointer-checks -mcmodel=medany \
    -static -no-pie -nostdlib -Wl,--build-id=none -Wl,-z,norelro -Wl,-z,noexecstack \
    -Wl,-z,separate-code -Wl,-z,max-page-size=4096 \
    -o ../primes.elf primes.c
riscv64-linux-gnu-strip ../primes.elf
