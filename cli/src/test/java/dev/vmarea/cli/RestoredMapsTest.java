// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.image.ImageResolver;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.testkit.CallGenerator;
import dev.vmarea.testkit.TestSpace;
import dev.vmarea.testkit.Vocabulary;
import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.trace.procmaps.SmapsText;
import dev.vmarea.vma.Vma;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A restored address space has the maps of the saved one, byte by byte. */
class RestoredMapsTest {
  @Test
  void mapsAreTheSame() throws Exception {
    int lines = 0;
    for (long seed = 1; seed <= 40; seed++) {
      TestSpace space = new TestSpace(true);
      CallGenerator generator = new CallGenerator(seed, Vocabulary.ALL);
      for (int step = 0; step < 100; step++) {
        space.run(generator.next(space), (byte) step);
      }
      space.openFiles().get(0).inode().identify(0xfe, 3, 339380);
      space.openFiles().get(1).entry().deleted(seed % 2 == 0);
      ByteArrayOutputStream image = new ByteArrayOutputStream();
      space.space().save(image);
      AddressSpace restored =
          new Machine(KernelConfig.standard(), Profile.LINUX_6_18)
              .restore(
                  new ByteArrayInputStream(image.toByteArray()),
                  Task.unprivileged(),
                  ImageResolver.REBUILD);
      assertThat(maps(restored)).as("seed " + seed).isEqualTo(maps(space.space()));
      lines += maps(restored).split("\n", -1).length;
    }
    assertThat(lines).isGreaterThan(400);
  }

  private static String maps(AddressSpace space) {
    ProgramLayout program = space.layout();
    MapsLayout layout = new MapsLayout(program.startBrk, program.brk, program.startStack);
    MapsText maps = new MapsText(layout);
    SmapsText smaps = new SmapsText(layout);
    for (Vma vma : space.vmas()) {
      maps.add(vma);
      smaps.add(vma);
    }
    return new String(maps.toBytes(), StandardCharsets.ISO_8859_1)
        + new String(smaps.toBytes(), StandardCharsets.ISO_8859_1);
  }
}
