// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a recorder sees beyond the numbers of a call, and what the model concludes from it. */
class RecordedFactsTest {
  private static final String MAP =
      "100 mmap(0x10000000, 16384, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1,"
          + " 0) = 0x10000000";

  private static ReplayReport run(String... lines) {
    Script script = Script.started().line(MAP);
    for (String line : lines) {
      script.line(line);
    }
    return script.line("100 +++ exited with 0 +++").run();
  }

  private static void assertPredicted(String... lines) {
    assertThat(run(lines).divergences()).isEmpty();
  }

  /** The model's result for the last of {@code lines}, whose result in the log is another. */
  private static String predicted(String... lines) {
    ReplayReport report = run(lines);
    assertThat(report.divergences()).hasSize(1);
    return report.divergences().getFirst().actual();
  }

  @Test
  void nodeMasks() {
    assertPredicted(
        "100 mbind(0x10001000, 4096, MPOL_BIND, [0x00000000000001], 64, 0) = 0",
        "100 mbind(0x10000000, 4096, MPOL_BIND, [0x00000000000001, 0000000000000000], 65, 0) = 0",
        "100 mbind(0x10000000, 4096, MPOL_BIND, [], 0, 0) = -1 EINVAL (Invalid argument)",
        "100 mbind(0x10000000, 4096, MPOL_BIND, 0x8, 64, 0) = -1 EFAULT (Bad address)",
        "100 mbind(0x10000000, 4096, MPOL_BIND, NULL, 0, 0) = -1 EINVAL (Invalid argument)",
        "100 mbind(0x10000000, 4096, MPOL_DEFAULT, [0x00000000000001], 64, 0)"
            + " = -1 EINVAL (Invalid argument)");
    assertThat(
            predicted("100 mbind(0x10000000, 4096, MPOL_DEFAULT, [0x00000000000001], 64, 0) = 0"))
        .isEqualTo("EINVAL");
  }

  @Test
  void aPolicySplitsAnArea() {
    ReplayReport report =
        Script.started()
            .line(MAP)
            .line("100 mbind(0x10001000, 4096, MPOL_BIND, [0x00000000000001], 64, 0) = 0")
            .line("100 +++ exited with 0 +++")
            .expect(
                "10000000-10001000 rw-p 00000000 00:00 0",
                "10001000-10002000 rw-p 00000000 00:00 0",
                "10002000-10004000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isTrue();
  }

  @Test
  void theContextBeforeIoSetup() {
    assertPredicted(
        "100 io_setup(10, [0x1]) = -1 EINVAL (Invalid argument)",
        "100 io_setup(0, [NULL]) = -1 EINVAL (Invalid argument)",
        "100 io_setup(10, 0x8) = -1 EFAULT (Bad address)",
        "100 io_setup(10, 0x7ffffffff000) = -1 EINVAL (Invalid argument)",
        "100 io_setup(10, [0x7ffff7fc7000]) = 0");
    assertThat(predicted("100 io_setup(10, [0x1]) = -1 ENOMEM (Cannot allocate memory)"))
        .isEqualTo("EINVAL");
  }

  @Test
  void vectorsAndPidfds() {
    assertPredicted(
        "100 process_madvise(-1, [{iov_base=0x10000000, iov_len=4096}], 1, MADV_COLD, 0)"
            + " = -1 EBADF (Bad file descriptor)",
        "100 pidfd_open(100, 0) = 5",
        "100 process_madvise(5, 0x8, 2, MADV_COLD, 0) = -1 EFAULT (Bad address)",
        "100 process_madvise(-1, 0x8, 2, MADV_COLD, 0) = -1 EFAULT (Bad address)",
        "100 process_madvise(5, 0x8, 2000, MADV_COLD, 0) = -1 EINVAL (Invalid argument)",
        "100 process_madvise(5, [{iov_base=0x10000000, iov_len=4096}], 1, MADV_COLD, 0) = 4096");
    assertThat(
            predicted(
                "100 process_madvise(-1, [{iov_base=0x10000000, iov_len=4096}], 1, MADV_DONTNEED,"
                    + " 0) = -1 EINVAL (Invalid argument)"))
        .isEqualTo("EBADF");
  }

  private static String memoryMap(long startBrk, long brk) {
    return String.format(
        "100 prctl(PR_SET_MM, PR_SET_MM_MAP, {start_code=0x555555554000, end_code=0x555555555000,"
            + " start_data=0x555555554000, end_data=0x555555555000, start_brk=0x%x, brk=0x%x,"
            + " start_stack=0x7fffffffe000, arg_start=0x7fffffffe000, arg_end=0x7fffffffe000,"
            + " env_start=0x7fffffffe000, env_end=0x7fffffffe000, auxv=0, auxv_size=0, exe_fd=-1},"
            + " 0x68, 0)",
        startBrk, brk);
  }

  @Test
  void aMovedHeapTakesItsNameAlong() {
    ReplayReport report =
        Script.started()
            .line(MAP)
            .line(memoryMap(0x10004000, 0x10004000) + " = 0")
            .line("100 brk(0x10006000) = 0x10006000")
            .line("100 +++ exited with 0 +++")
            .expect(
                "10000000-10004000 rw-p 00000000 00:00 0",
                "10004000-10006000 rw-p 00000000 00:00 0 [heap]")
            .run();
    assertThat(report.divergences()).isEmpty();
    assertThat(predicted(memoryMap(0x10004000, 0x10003000) + " = 0")).isEqualTo("EINVAL");
    assertPredicted(
        "100 prctl(PR_SET_MM, PR_SET_MM_MAP, 0x8, 0x68, 0) = -1 EFAULT (Bad address)",
        "100 prctl(PR_SET_MM, PR_SET_MM_MAP, 0x7fffffffe000, 0x1, 0)"
            + " = -1 EINVAL (Invalid argument)",
        // strace does not show what lies there
        "100 prctl(PR_SET_MM, PR_SET_MM_MAP, 0x7fffffffe000, 0x68, 0) = 0");
  }

  @Test
  void capabilitiesChange() {
    String limit = "100 prlimit64(0, RLIMIT_MEMLOCK, {rlim_cur=4096, rlim_max=4096}, NULL) = 0";
    assertPredicted(
        limit,
        "100 mlock(0x10000000, 8192) = -1 ENOMEM (Cannot allocate memory)",
        "# vmarea caps 100 0x4000",
        "100 mlock(0x10000000, 8192) = 0",
        "100 setuid(0xfffe) = 0",
        "# vmarea caps 100 0x0",
        "100 mlock(0x10000000, 16384) = -1 ENOMEM (Cannot allocate memory)");
  }

  private static String file(String facts, String path) {
    return "# vmarea fd 100 3 file=7 dev=8:1 ino=77 " + facts + " path=\"" + path + "\"";
  }

  @Test
  void whatNobodyMayExecute() {
    String map = "100 mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE, 3, 0)";
    for (String type : new String[] {"proc", "sysfs", "pipefs", "sockfs", "anon_inodefs"}) {
      assertPredicted(
          file("fs=" + type + " flags=02 seals=0 noexec=0", "x"),
          map + " = -1 EPERM (Operation not permitted)");
    }
    assertPredicted(
        "100 openat(AT_FDCWD, \"/proc/100/maps\", O_RDONLY) = 3</proc/100/maps>",
        map + " = -1 EPERM (Operation not permitted)");
  }

  @Test
  void directoriesAreNotMapped() {
    String map = "100 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0)";
    String facts = "fs=ext4 flags=0200000 seals=0 noexec=0 type=";
    assertPredicted(file(facts + "dir size=4096", "/d"), map + " = -1 ENODEV (No such device)");
    assertThat(predicted(file(facts + "dir size=4096", "/d"), map + " = 0x7ffff7fc7000"))
        .isEqualTo("ENODEV");
    assertPredicted(file(facts + "reg size=4096", "/d"), map + " = 0x7ffff7fc7000");
  }

  @Test
  void theEndOfAFile() {
    String map = "100 mmap(NULL, 12288, PROT_READ, MAP_SHARED, 3, 0) = 0x7ffff7fc5000";
    String facts = "fs=ext4 flags=02 seals=0 noexec=0 type=reg size=";
    String refused = "100 mlock(0x7ffff7fc5000, 12288) = -1 ENOMEM (Cannot allocate memory)";
    assertPredicted(file(facts + 8192, "/f"), map, refused);
    assertThat(predicted(file(facts + 12288, "/f"), map, refused)).isEqualTo("0");
    assertPredicted(
        file(facts + 8192, "/f"),
        map,
        "100 ftruncate(3, 12288) = 0",
        "100 mlock(0x7ffff7fc5000, 12288) = 0");
    // without the size the log decides, and so it does when the file may have grown
    assertPredicted(file("fs=ext4 flags=02 seals=0 noexec=0", "/f"), map, refused);
    assertPredicted(file(facts + 8192, "/f"), map, "100 mlock(0x7ffff7fc5000, 12288) = 0");
  }

  @Test
  void settingsThatChanged() {
    assertPredicted(
        "# vmarea config max_map_count=3",
        "100 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)"
            + " = -1 ENOMEM (Cannot allocate memory)",
        "# vmarea config max_map_count=65530",
        "100 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fc7000");
  }

  // A read in memory that uses huge pages makes it anonymous memory too.
  @Test
  void readOnlyMemoryWithAnonymousPages() {
    String[] lines = {
      "100 mmap(0x20000000, 8192, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)"
          + " = 0x20000000",
      "100 madvise(0x20000000, 4096, MADV_DONTDUMP) = 0",
      "# vmarea anon 100 0x20000000-0x20001000",
      "100 mprotect(0x20001000, 4096, PROT_READ|PROT_WRITE) = 0",
      "# vmarea fault 100 0x20001000 w",
      "100 mprotect(0x20001000, 4096, PROT_READ) = 0",
      "100 madvise(0x20000000, 4096, MADV_DODUMP) = 0"
    };
    Script script = Script.started();
    for (String line : lines) {
      script.line(line);
    }
    ReplayReport report =
        script
            .line("100 +++ exited with 0 +++")
            .expect(
                "20000000-20001000 r--p 00000000 00:00 0",
                "20001000-20002000 r--p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isTrue();
  }
}
