// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RAM of a modelled machine that is more than its JVM may have outside of the heap. */
class MemoryOfTheJvmTest {
  private static final int SECTION = 1024;

  /** Runs in a JVM with room for four sections of 4 MiB, each a little more for its alignment. */
  static final class Small {
    private Small() {}

    /** Prints how many frames there were, how it ended, and whether all came back. */
    public static void main(String[] arguments) throws ErrnoException {
      PhysicalMemory memory = new PhysicalMemory(List.of(new PfnRange(0, 64 * SECTION)));
      List<KernelPage> pages = new ArrayList<>();
      String end;
      try {
        while (true) {
          pages.add(memory.allocatePage());
        }
      } catch (ErrnoException full) {
        end = full.errno().toString();
      }
      String allocated = memory.allocatedPages() + " " + end;
      long free = memory.freePages() + pages.size();
      pages.forEach(KernelPage::put);
      memory.allocatePages(SECTION).forEach(KernelPage::put);
      System.out.println(allocated + " " + free + " " + memory.freePages());
    }
  }

  private static String place(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  @Test
  void whenTheJvmHasNoMoreTheMachineHasNoMore() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:MaxDirectMemorySize=17m",
                "-cp",
                place(PhysicalMemory.class) + File.pathSeparator + place(Small.class),
                Small.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.strip()).isEqualTo("4096 ENOMEM 65536 65536");
  }
}
