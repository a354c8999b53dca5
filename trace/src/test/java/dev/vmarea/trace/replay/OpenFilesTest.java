// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which mappings are of the same open file, and under which name maps shows them. */
class OpenFilesTest {
  private static final String OPEN = "100 openat(AT_FDCWD</w>, \"f\", O_RDWR) = ";
  private static final String LOW =
      "100 mmap(0x10000000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED, 3, 0) = 0x10000000";

  private static String high(int fd) {
    return "100 mmap(0x10001000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED, "
        + fd
        + ", 0x1000) = 0x10001000";
  }

  private static void assertFinal(Script script, String... lines) {
    ReplayReport report = script.line("100 +++ exited with 0 +++").expect(lines).run();
    assertThat(report.divergences()).isEmpty();
    MapComparison comparison = report.processes().getFirst().comparison();
    assertThat(comparison).isNotNull();
    assertThat(comparison.lines()).isEmpty();
    assertThat(report.identical()).isTrue();
  }

  @Test
  void oneDescriptorMerges() {
    assertFinal(
        Script.started().line(OPEN + "3</w/f>").line(LOW).line(high(3)),
        "10000000-10002000 r--s 00000000 08:01 77 /w/f");
  }

  @Test
  void aDuplicateIsTheSameOpenFile() {
    assertFinal(
        Script.started()
            .line(OPEN + "3</w/f>")
            .line("100 dup(3</w/f>) = 4</w/f>")
            .line("100 fcntl(3</w/f>, F_DUPFD_CLOEXEC, 10) = 10</w/f>")
            .line("100 close(3</w/f>) = 0")
            .line(LOW.replace("MAP_FIXED, 3", "MAP_FIXED, 4"))
            .line(high(10)),
        "10000000-10002000 r--s 00000000 08:01 77 /w/f");
  }

  @Test
  void twoOpensDoNotMerge() {
    assertFinal(
        Script.started().line(OPEN + "3</w/f>").line(OPEN + "4</w/f>").line(LOW).line(high(4)),
        "10000000-10001000 r--s 00000000 08:01 77 /w/f",
        "10001000-10002000 r--s 00001000 08:01 77 /w/f");
  }

  @Test
  void aReusedDescriptorIsAnotherFile() {
    assertFinal(
        Script.started()
            .line(OPEN + "3</w/f>")
            .line(LOW)
            .line("100 close(3</w/f>) = 0")
            .line("100 openat(AT_FDCWD</w>, \"/w/g\", O_RDWR) = 3</w/g>")
            .line(high(3)),
        "10000000-10001000 r--s 00000000 08:01 77 /w/f",
        "10001000-10002000 r--s 00001000 08:01 78 /w/g");
  }

  @Test
  void unlinkedFilesShowIt() {
    assertFinal(
        Script.started()
            .line(OPEN + "3</w/f>")
            .line("100 link(\"/w/f\", \"/w/other\") = 0")
            .line(LOW)
            .line("100 unlinkat(AT_FDCWD</w>, \"f\", 0) = 0"),
        "10000000-10001000 r--s 00000000 08:01 77 /w/f (deleted)");
  }

  @Test
  void renamesOverAnotherFileDeleteThat() {
    assertFinal(
        Script.started()
            .line(OPEN + "3</w/f>")
            .line("100 openat(AT_FDCWD</w>, \"/w/g\", O_RDWR) = 4</w/g>")
            .line(LOW)
            .line(high(4))
            .line("100 rename(\"/w/f\", \"/w/g\") = 0"),
        "10000000-10001000 r--s 00000000 08:01 77 /w/g",
        "10001000-10002000 r--s 00001000 08:01 78 /w/g (deleted)");
  }

  @Test
  void aRenamedDirectoryTakesItsFilesAlong() {
    assertFinal(
        Script.started()
            .line(OPEN + "3</w/f>")
            .line(LOW)
            .line("100 renameat2(AT_FDCWD</>, \"w\", AT_FDCWD</>, \"x\", 0) = 0"),
        "10000000-10001000 r--s 00000000 08:01 77 /x/f");
  }

  @Test
  void memfdsAndSharedAnonymousMemoryGetTheirNumbersFromTheExpectedMap() {
    assertFinal(
        Script.started()
            .line("100 memfd_create(\"x\", MFD_CLOEXEC) = 3</memfd:x>(deleted)")
            .line(
                "100 mmap(0x10000000, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED,"
                    + " 3</memfd:x>(deleted), 0) = 0x10000000")
            .line(
                "100 mmap(0x10001000, 4096, PROT_READ|PROT_WRITE,"
                    + " MAP_SHARED|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x10001000"),
        "10000000-10001000 rw-s 00000000 00:01 1024 /memfd:x (deleted)",
        "10001000-10002000 rw-s 00000000 00:01 1025 /dev/zero (deleted)");
  }

  @Test
  void privateDevZeroIsAnonymousMemoryWithAName() {
    assertFinal(
        Script.started()
            .line("100 openat(AT_FDCWD</w>, \"/dev/zero\", O_RDWR) = 3</dev/zero>")
            .line(
                "100 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3</dev/zero>, 0)"
                    + " = 0x7ffff7fc7000"),
        "7ffff7fc7000-7ffff7fc8000 rw-p 00000000 00:05 4 /dev/zero");
  }

  @Test
  void descriptorsAreCopiedOrSharedAsCloneSays() {
    assertFinal(
        Script.started()
            .line("100 clone(child_stack=NULL, flags=CLONE_FILES|SIGCHLD) = 101")
            .line("100 clone(child_stack=NULL, flags=SIGCHLD) = 102")
            .line("101 openat(AT_FDCWD</w>, \"f\", O_RDWR) = 3</w/f>")
            .line("102 openat(AT_FDCWD</w>, \"g\", O_RDWR) = 3</w/g>")
            .line(LOW),
        "10000000-10001000 r--s 00000000 08:01 77 /w/f");
  }

  @Test
  void socketsAndPipesCannotBeMapped() {
    ReplayReport report =
        Script.started()
            .line("100 socket(AF_UNIX, SOCK_STREAM, 0) = 3<socket:[9]>")
            .line(
                "100 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3<socket:[9]>, 0)"
                    + " = -1 ENODEV (No such device)")
            .line(
                "100 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 9, 0)"
                    + " = -1 EBADF (Bad file descriptor)")
            .run();
    assertThat(report.divergences()).isEmpty();
  }

  @Test
  void readOnlyDescriptorsRefuseSharedWrites() {
    ReplayReport report =
        Script.started()
            .line("100 openat(AT_FDCWD</w>, \"f\", O_RDONLY) = 3</w/f>")
            .line(
                "100 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3</w/f>, 0)"
                    + " = -1 EACCES (Permission denied)")
            .run();
    assertThat(report.divergences()).isEmpty();
  }

  @Test
  void thePlacementOfAnUnknownFileSystemIsLearned() {
    // 4 MiB: ext4 would put it on a 2 MiB boundary, this file system does not.
    ReplayReport report =
        Script.started()
            .line(OPEN + "3</w/f>")
            .line("100 mmap(NULL, 4194304, PROT_READ, MAP_SHARED, 3</w/f>, 0) = 0x7ffff7bc8000")
            .line("100 mmap(NULL, 4194304, PROT_READ, MAP_SHARED, 3</w/f>, 0) = 0x7ffff77c8000")
            .run();
    assertThat(report.divergences()).isEmpty();
  }

  @Test
  void whatTheLogLacksIsNamed() {
    ReplayReport report =
        Script.started()
            .line("100 openat(AT_FDCWD, \"lib.so\", O_RDONLY) = 3")
            .line("100 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7ffff7fc7000")
            .line("100 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 7, 0) = 0x7ffff7fc6000")
            .line("100 +++ exited with 0 +++")
            .expect(
                "7ffff7fc6000-7ffff7fc7000 r--p 00000000 08:01 78 /lib/x.so",
                "7ffff7fc7000-7ffff7fc8000 r--p 00000000 08:01 77 /lib/lib.so")
            .run();
    assertThat(report.identical()).isFalse();
    List<String> notes = report.notes();
    assertThat(notes).anyMatch(note -> note.contains("without -y"));
    assertThat(notes).anyMatch(note -> note.contains("never opened"));
  }
}
