// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Calls whose arguments or results need more than numbers. */
class CallsOfEveryKindTest {
  private static final String ANON = "PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0";

  private static void assertNoDivergence(Script script, int calls) {
    ReplayReport report = script.run();
    assertThat(report.divergences()).isEmpty();
    assertThat(report.memoryCalls()).isEqualTo(calls);
  }

  @Test
  void sharedMemorySegments() {
    assertNoDivergence(
        Script.started()
            .line("100 shmget(IPC_PRIVATE, 20480, IPC_CREAT|0600) = 7")
            .line("100 shmat(7, NULL, 0) = 0x7ffff7fc3000")
            .line("100 shmdt(0x7ffff7fc3000) = 0")
            .line("100 shmdt(0x7ffff7fc3000) = -1 EINVAL (Invalid argument)"),
        3);
  }

  @Test
  void asynchronousInputOutput() {
    ReplayReport report =
        Script.started()
            .line("100 io_setup(64, [NULL => 0x7ffff7fc6000]) = 0")
            .line("100 io_destroy(0x7ffff7fc6000) = 0")
            .line("100 io_setup(64, [NULL => 0x7ffff7000000]) = 0")
            .run();
    assertThat(report.divergences())
        .extracting(Divergence::kind)
        .containsExactly(Divergence.Kind.ADDRESS);
  }

  @Test
  void memoryPolicies() {
    assertNoDivergence(
        Script.started()
            .line("100 mmap(NULL, 16384, " + ANON + ") = 0x7ffff7fc4000")
            .line("100 mbind(0x7ffff7fc5000, 4096, MPOL_BIND, [0x0000000000000001], 64, 0) = 0")
            .line("100 mbind(0x7ffff7fc6000, 4096, MPOL_BIND, 0x7ffffffde000, 64, 0) = 0")
            .line("100 set_mempolicy_home_node(0x7ffff7fc4000, 16384, 0, 0) = 0"),
        4);
  }

  @Test
  void droppedPrivileges() {
    assertNoDivergence(
        Script.started()
            .line("# vmarea exec 100")
            .line("# vmarea m 100 7ffff7ffd000-7ffff7fff000 r-xp 00000000 00:00 0 [vdso]")
            .line("# vmarea layout 100 caps=0x1ffffffffff rlimit_memlock=0")
            .line("# vmarea end 100")
            .line("100 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7ffc000")
            .line("100 mlock(0x7ffff7ffc000, 4096) = 0")
            .line("100 setresuid(-1, 65534, -1) = 0")
            .line("100 mlock(0x7ffff7ffc000, 4096) = -1 EPERM (Operation not permitted)")
            .line("100 setresuid(-1, 0, -1) = 0")
            .line("100 mlock(0x7ffff7ffc000, 4096) = 0")
            .line("100 setuid(65534) = 0")
            .line("100 mlock(0x7ffff7ffc000, 4096) = -1 EPERM (Operation not permitted)"),
        5);
  }

  @Test
  void limitsOfTheProcess() {
    assertNoDivergence(
        Script.started()
            .line("100 prlimit64(0, RLIMIT_AS, {rlim_cur=1024*1024, rlim_max=1024*1024}, NULL) = 0")
            .line("100 mmap(NULL, 1048576, " + ANON + ") = -1 ENOMEM (Cannot allocate memory)"),
        1);
  }

  @Test
  void aCallAcrossAHoleBelowAStackShowsThatItGrew() {
    ReplayReport report =
        Script.started()
            .line(
                "100 mmap(0x10010000, 4096, PROT_READ|PROT_WRITE,"
                    + " MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS|MAP_GROWSDOWN, -1, 0) = 0x10010000")
            .line("100 mprotect(0x1000e000, 12288, PROT_READ) = 0")
            .line("100 +++ exited with 0 +++")
            .expect("1000e000-10011000 r--p 00000000 00:00 0")
            .run();
    assertThat(report.divergences()).isEmpty();
    assertThat(report.evidence().inferred()).isEqualTo(1);
    assertThat(report.identical()).isTrue();
  }

  @Test
  void executedProgramsInheritMergingAndTheHeapStartsAnew() {
    ReplayReport report =
        Script.started()
            .line("100 prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0) = 0")
            .line("100 execve(\"/bin/b\", [\"b\"], 0x7ffe0 /* 0 vars */) = 0")
            .line("# vmarea exec 100")
            .line("# vmarea m 100 7ffff7ffd000-7ffff7fff000 r-xp 00000000 00:00 0 [vdso]")
            .line("# vmarea end 100")
            .line("100 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7ffc000")
            .line("100 prctl(PR_GET_MEMORY_MERGE, 0, 0, 0, 0) = 1")
            .run();
    assertThat(report.divergences()).isEmpty();
  }

  @Test
  void map32BitUnderRandomisationIsTakenFromTheLog() {
    ReplayReport report =
        Script.started()
            .line(
                "100 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_32BIT, -1, 0)"
                    + " = 0x41234000")
            .line("100 +++ exited with 0 +++")
            .expect("41234000-41235000 r--p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isTrue();
    assertThat(report.notes()).anyMatch(note -> note.contains("MAP_32BIT"));
  }
}
