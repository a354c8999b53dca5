// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Skipped, visibly, where nothing may be mounted. */
class DetachedMountTest {
  private static final int O_RDWR = 2;
  private static final long ENOENT = -2;

  private static DetachedMount mount(final String type, final String... options) {
    try {
      return DetachedMount.of(type, options);
    } catch (final IOException e) {
      return abort("this host does not permit it: " + e.getMessage());
    }
  }

  private static void close(final long descriptor) {
    NativeCalls.syscall(SystemCall.CLOSE, descriptor, 0, 0, 0, 0, 0);
  }

  @Test
  void nobodySeesIt() throws IOException {
    final String before = Files.readString(Path.of("/proc/self/mounts"));
    try (DetachedMount tmpfs = mount("tmpfs")) {
      tmpfs.file("a", 5000);
      assertThat(Files.size(Path.of(tmpfs.path("a")))).isEqualTo(5000);
      assertThat(Files.readString(Path.of("/proc/self/mounts"))).isEqualTo(before);
      final long found = tmpfs.open("a", O_RDWR);
      assertThat(found).isPositive();
      close(found);
      assertThat(tmpfs.open("b", O_RDWR)).isEqualTo(ENOENT);
    }
  }

  @Test
  void aUnionOfTwoFolders() throws IOException {
    try (DetachedMount tmpfs = mount("tmpfs")) {
      tmpfs.directory("lower");
      tmpfs.directory("upper");
      tmpfs.directory("work");
      tmpfs.file("lower/a", 10);
      try (DetachedMount union =
          mount(
              "overlay",
              "lowerdir",
              tmpfs.path("lower"),
              "upperdir",
              tmpfs.path("upper"),
              "workdir",
              tmpfs.path("work"))) {
        final Path copied = Path.of(tmpfs.path("upper/a"));
        close(union.open("a", 0));
        assertThat(copied).doesNotExist();
        close(union.open("a", O_RDWR));
        assertThat(copied).hasSize(10);
      }
    }
  }

  @Test
  void whyNot() {
    assertThatThrownBy(() -> DetachedMount.of("no such type"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no such type cannot be mounted here: errno=");
  }
}
