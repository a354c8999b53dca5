// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.KernelConfig;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A difference is told once, and the model goes on from what the kernel did. */
class DivergenceTest {
  private static final String ANON = "PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0";

  @Test
  void anotherAddress() {
    ReplayReport report =
        Script.started()
            .line("100 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7000000")
            .line("100 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc7000")
            .line("100 munmap(0x7ffff7000000, 4096) = 0")
            .line("100 +++ exited with 0 +++")
            .expect("7ffff7fc7000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.divergences())
        .containsExactly(
            new Divergence(
                2,
                100,
                "mmap(NULL, 4096, " + ANON + ")",
                "0x7ffff7000000",
                "0x7ffff7fc7000",
                Divergence.Kind.ADDRESS));
    assertThat(report.processes().getFirst().comparison())
        .isEqualTo(new MapComparison(true, 0, java.util.List.of()));
    assertThat(report.identical()).isFalse();
  }

  @Test
  void theKernelRefusedWhatTheModelDid() {
    ReplayReport report =
        Script.started()
            .line(
                "100 mmap(0x7ffff7ffd000, 4096, "
                    + ANON.replace("MAP_PRIVATE", "MAP_FIXED|MAP_PRIVATE")
                    + ") = -1 ENOMEM (Cannot allocate memory)")
            .line("100 munmap(0x7ffff7fca000, 4096) = -1 EINVAL (Invalid argument)")
            .line("100 +++ exited with 0 +++")
            .expect()
            .run();
    assertThat(report.divergences())
        .extracting(Divergence::kind)
        .containsExactly(Divergence.Kind.MODEL_SUCCEEDED, Divergence.Kind.MODEL_SUCCEEDED);
    assertThat(report.divergences().getFirst().expected()).isEqualTo("ENOMEM");
    assertThat(report.processes().getFirst().comparison())
        .extracting(MapComparison::identical)
        .isEqualTo(true);
  }

  @Test
  void theKernelDidWhatTheModelRefused() {
    ReplayReport report =
        Script.started()
            .config(KernelConfig.standard().withMaxMapCount(3))
            .line("100 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc7000")
            .line("100 +++ exited with 0 +++")
            .expect("7ffff7fc7000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.divergences())
        .extracting(Divergence::kind)
        .containsExactly(Divergence.Kind.MODEL_FAILED);
    assertThat(report.divergences().getFirst().actual()).isEqualTo("ENOMEM");
    assertThat(report.processes().getFirst().comparison())
        .extracting(MapComparison::identical)
        .isEqualTo(true);
  }

  @Test
  void anotherError() {
    ReplayReport report =
        Script.started()
            .line("100 mmap(NULL, 0, " + ANON + ") = -1 ENOMEM (Cannot allocate memory)")
            .run();
    assertThat(report.divergences())
        .extracting(Divergence::kind, Divergence::expected, Divergence::actual)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Divergence.Kind.ERRNO, "ENOMEM", "EINVAL"));
  }

  @Test
  void anotherBreak() {
    ReplayReport report =
        Script.started()
            .line("100 brk(NULL) = 0x555555600000")
            .line("100 brk(0x555555621000) = 0x555555600000")
            .line("100 brk(0x555555601000) = 0x555555601000")
            .line("100 +++ exited with 0 +++")
            .expect("555555600000-555555601000 rw-p 00000000 00:00 0 [heap]")
            .run();
    assertThat(report.divergenceCount()).isEqualTo(1);
    assertThat(report.processes().getFirst().comparison())
        .extracting(MapComparison::identical)
        .isEqualTo(true);
  }

  @Test
  void aMoveToAnotherAddress() {
    ReplayReport report =
        Script.started()
            .line("100 mmap(NULL, 8192, " + ANON + ") = 0x7ffff7fc6000")
            .line("100 mremap(0x7ffff7fc6000, 8192, 16384, MREMAP_MAYMOVE) = 0x7ffff7000000")
            .line("100 +++ exited with 0 +++")
            .expect("7ffff7000000-7ffff7004000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.divergences())
        .extracting(Divergence::kind)
        .containsExactly(Divergence.Kind.ADDRESS);
    assertThat(report.processes().getFirst().comparison())
        .extracting(MapComparison::identical)
        .isEqualTo(true);
  }

  @Test
  void allAreCountedAFewAreKept() {
    Script script = Script.started();
    IntStream.range(0, 500)
        .forEach(i -> script.line("100 munmap(0x7ffff7fca000, 0) = -1 EPERM (Not permitted)"));
    ReplayReport report = script.run();
    assertThat(report.divergenceCount()).isEqualTo(500);
    assertThat(report.divergences()).hasSize(ReplaySettings.DEFAULT_MAX_DIVERGENCES);
  }

  @Test
  void finalMapsAreComparedLineByLine() {
    ReplayReport report =
        Script.started()
            .line("100 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc7000")
            .line("100 +++ exited with 0 +++")
            .expect("7ffff7fc0000-7ffff7fc1000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isFalse();
    MapComparison comparison = report.processes().getFirst().comparison();
    assertThat(comparison).isNotNull();
    assertThat(comparison.lines())
        .containsExactly(
            new DiffLine("7ffff7fc0000-7ffff7fc1000 rw-p 00000000 00:00 0 ", null),
            new DiffLine(null, "7ffff7fc7000-7ffff7fc8000 rw-p 00000000 00:00 0 "));
  }
}
