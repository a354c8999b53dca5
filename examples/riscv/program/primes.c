// SPDX-License-Identifier: Apache-2.0
// A program for RiscV.java: no library, five system calls. It sieves primes in its heap (brk), sorts
// numbers in a mapping (mmap), puts a guard page behind it (mprotect), and says what it does.
//
//   primes           exits with status 0
//   primes N         exits with status N
//   primes guard     stores into the guard page
//   primes null      loads from address 0

typedef unsigned long u64;
typedef unsigned int u32;

enum { SYS_write = 64, SYS_exit = 93, SYS_brk = 214, SYS_munmap = 215, SYS_mmap = 222, SYS_mprotect = 226 };
enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 32 };
enum { PAGE = 4096, LIMIT = 100000, NUMBERS = 20000 };

static long call(long number, long x0, long x1, long x2, long x3, long x4, long x5) {
  register long a7 asm("a7") = number;
  register long a0 asm("a0") = x0;
  register long a1 asm("a1") = x1;
  register long a2 asm("a2") = x2;
  register long a3 asm("a3") = x3;
  register long a4 asm("a4") = x4;
  register long a5 asm("a5") = x5;
  asm volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
  return a0;
}

static char line[200];     // .bss
static int used;
static int lines = 1000;   // .data
static const char digits[] = "0123456789abcdef";

static void text(const char *s) {
  while (*s) {
    line[used++] = *s++;
  }
}

static void number(u64 n, u32 base) {
  char reversed[20];
  int count = 0;
  do {
    reversed[count++] = digits[n % base];
    n /= base;
  } while (n != 0);
  while (count > 0) {
    line[used++] = reversed[--count];
  }
}

static void end(void) {
  line[used++] = '\n';
  call(SYS_write, 1, (long) line, used, 0, 0, 0);
  used = 0;
  lines++;
}

static void sieve(void) {
  char *heap = (char *) call(SYS_brk, 0, 0, 0, 0, 0, 0);
  char *top = heap + LIMIT;
  if ((char *) call(SYS_brk, (long) top, 0, 0, 0, 0, 0) != top) {
    text("no heap");
    end();
    call(SYS_exit, 1, 0, 0, 0, 0, 0);
  }
  int count = 0;
  int last = 0;
  for (int i = 2; i < LIMIT; i++) {
    if (!heap[i]) {
      count++;
      last = i;
      for (long j = (long) i * i; j < LIMIT; j += i) {
        heap[j] = 1;
      }
    }
  }
  text("primes: ");
  number(count, 10);
  text(" below ");
  number(LIMIT, 10);
  text(", the last is ");
  number(last, 10);
  end();
}

static void sift(u64 *a, long from, long size) {
  u64 value = a[from];
  for (;;) {
    long child = 2 * from + 1;
    if (child >= size) {
      break;
    }
    if (child + 1 < size && a[child + 1] > a[child]) {
      child++;
    }
    if (a[child] <= value) {
      break;
    }
    a[from] = a[child];
    from = child;
  }
  a[from] = value;
}

static u64 *sort(void) {
  long bytes = (NUMBERS * sizeof(u64) + PAGE - 1) / PAGE * PAGE + 2 * PAGE;
  u64 *a = (u64 *) call(SYS_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  u64 seed = 1;
  for (long i = 0; i < NUMBERS; i++) {
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    a[i] = seed >> 20;
  }
  for (long i = NUMBERS / 2 - 1; i >= 0; i--) {
    sift(a, i, NUMBERS);
  }
  for (long size = NUMBERS - 1; size > 0; size--) {
    u64 most = a[0];
    a[0] = a[size];
    a[size] = most;
    sift(a, 0, size);
  }
  long wrong = 0;
  for (long i = 1; i < NUMBERS; i++) {
    wrong += a[i - 1] > a[i];
  }
  text("sorted: ");
  number(NUMBERS, 10);
  text(" numbers at 0x");
  number((u64) a, 16);
  text(", out of order ");
  number(wrong, 10);
  text(", the least is ");
  number(a[0], 10);
  end();
  // The page before the last becomes a guard; the last one stays, so that it can be seen.
  char *guard = (char *) a + bytes - 2 * PAGE;
  long status = call(SYS_mprotect, (long) guard, PAGE, PROT_NONE, 0, 0, 0);
  text("guard: mprotect returned ");
  number(status, 10);
  end();
  return (u64 *) guard;
}

static int same(const char *a, const char *b) {
  while (*a && *a == *b) {
    a++;
    b++;
  }
  return *a == *b;
}

__attribute__((used)) void begin(long *stack) {
  long argc = stack[0];
  char **argv = (char **) (stack + 1);
  text("hello from ");
  text(argv[0]);
  text(", ");
  number(argc - 1, 10);
  text(" arguments");
  end();
  sieve();
  u64 *guard = sort();
  long wrong = call(SYS_munmap, 12345, PAGE, 0, 0, 0, 0);
  text("munmap(12345): errno ");
  number(-wrong, 10);
  end();
  int status = 0;
  if (argc > 1 && same(argv[1], "guard")) {
    *guard = 1;
  } else if (argc > 1 && same(argv[1], "null")) {
    status = *(volatile int *) 0;
  } else if (argc > 1) {
    for (const char *c = argv[1]; *c >= '0' && *c <= '9'; c++) {
      status = status * 10 + (*c - '0');
    }
  }
  text("lines: ");
  number(lines - 1000 + 1, 10);
  end();
  call(SYS_exit, status, 0, 0, 0, 0, 0);
}

asm(".globl _start\n"
    "_start:\n"
    ".option push\n"
    ".option norelax\n"
    "  la gp, __global_pointer$\n"
    ".option pop\n"
    "  mv a0, sp\n"
    "  andi sp, sp, -16\n"
    "  call begin\n");
