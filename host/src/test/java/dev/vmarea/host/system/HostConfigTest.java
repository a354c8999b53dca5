// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The configuration of this machine against what its commands and calls say. */
class HostConfigTest {
  private static final long MAP_PRIVATE_ANONYMOUS_FIXED_NOREPLACE = 0x10_0022;

  @Test
  void valuesAreThoseOfTheKernel() throws IOException, InterruptedException {
    final HostConfig config = HostConfig.read();
    assertThat(config.release()).isEqualTo(output("uname", "-r"));
    assertThat(config.machine()).isEqualTo(output("uname", "-m"));
    assertThat(config.pageSize()).isEqualTo(Long.parseLong(output("getconf", "PAGESIZE")));
    assertThat(config.kernel().cpus())
        .isGreaterThanOrEqualTo(Integer.parseInt(output("getconf", "_NPROCESSORS_ONLN")));
    assertThat(config.kernel().totalRamPages())
        .isEqualTo(Long.parseLong(output("getconf", "_PHYS_PAGES")));
    assertThat(String.valueOf(config.kernel().maxMapCount()))
        .isEqualTo(output("cat", "/proc/sys/vm/max_map_count"));
    assertThat(String.valueOf(config.kernel().dacMinAddr()))
        .isEqualTo(output("cat", "/proc/sys/vm/mmap_min_addr"));
    assertThat(String.valueOf(config.randomBits()))
        .isEqualTo(output("cat", "/proc/sys/vm/mmap_rnd_bits"));
  }

  @Test
  void noMappingGetsBelowTheLowestAddressByAHint() {
    final HostConfig config = HostConfig.read();
    final long lowest = config.kernel().minAddr();
    assertThat(lowest).isGreaterThanOrEqualTo(config.kernel().dacMinAddr());
    // MAP_FIXED exactly there succeeds: it is the lowest, not only a low one
    final long got =
        NativeCalls.syscall(
            SystemCall.MMAP,
            lowest,
            config.pageSize(),
            0,
            MAP_PRIVATE_ANONYMOUS_FIXED_NOREPLACE,
            -1,
            0);
    assertThat(got).isEqualTo(lowest);
    NativeCalls.syscall(SystemCall.MUNMAP, got, config.pageSize(), 0, 0, 0, 0);
  }

  @Test
  void builtInFeaturesAgreeWithTheKernelsOwnConfiguration() throws IOException {
    final Path file = Path.of("/proc/config.gz");
    assumeTrue(Files.isReadable(file), "the kernel does not show its configuration");
    final String text;
    try (var in = new java.util.zip.GZIPInputStream(Files.newInputStream(file))) {
      text = "\n" + new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
    final HostConfig config = HostConfig.read();
    assertThat(config.kernel().ksm()).isEqualTo(text.contains("\nCONFIG_KSM=y\n"));
    assertThat(config.kernel().thp()).isEqualTo(text.contains("\nCONFIG_TRANSPARENT_HUGEPAGE=y\n"));
    assertThat(config.kernel().anonNames()).isEqualTo(text.contains("\nCONFIG_ANON_VMA_NAME=y\n"));
    assertThat(config.kernel().softDirty()).isEqualTo(text.contains("\nCONFIG_MEM_SOFT_DIRTY=y\n"));
  }

  @Test
  void theMapHoldsEveryValueOnce() {
    assertThat(HostConfig.read().asMap())
        .containsKeys("release", "taskSize", "minAddr", "thpEnabled", "randomize")
        .doesNotContainKey("kernel")
        .doesNotContainValue(null);
  }

  @Test
  void bracketsMarkTheChosenWord() {
    assertThat(HostConfigReader.chosen("always [madvise] never")).isEqualTo("madvise");
    assertThat(HostConfigReader.chosen("")).isEmpty();
  }

  private static String output(final String... command) throws IOException, InterruptedException {
    final Process process = new ProcessBuilder(command).start();
    final String text =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    assertThat(process.waitFor()).isZero();
    return text;
  }
}
