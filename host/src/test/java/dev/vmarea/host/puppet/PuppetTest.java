// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.puppet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.vmarea.host.nativecalls.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class PuppetTest {
  private static final long AT = 0x10000000L;

  /** What is tried with a fresh puppet. */
  private interface Trial {
    void with(Puppet puppet) throws Exception;
  }

  private static void trial(final Trial trial) throws Exception {
    final FutureTask<Void> task =
        new FutureTask<>(() -> {
          try (Puppets puppets = new Puppets();
              Puppet puppet = puppets.start(new PuppetImage())) {
            trial.with(puppet);
          }
          return null;
        });
    Thread.ofPlatform().start(task);
    try {
      task.get();
    } catch (final ExecutionException e) {
      if (e.getCause() instanceof PuppetException refused
          && refused.reason() == PuppetException.Reason.HOST) {
        abort("puppets cannot be made here: " + refused.getMessage());
      }
      throw e;
    }
  }

  private static long map(final Puppet puppet, final long address, final int prot)
      throws PuppetException {
    return puppet.call(SystemCall.MMAP, address, 4096, prot, 0x32, -1, 0);
  }

  @Test
  void callsLoadsAndStores() throws Exception {
    trial(puppet -> {
      assertThat(map(puppet, AT, 3)).isEqualTo(AT);
      assertThat(map(puppet, AT + 4096, 0)).isEqualTo(AT + 4096);
      assertThat(puppet.access(AT, true)).isEqualTo(Puppet.Access.DONE);
      assertThat(puppet.access(AT, false)).isEqualTo(Puppet.Access.DONE);
      assertThat(puppet.access(AT + 4096, false)).isEqualTo(Puppet.Access.NOT_ALLOWED);
      assertThat(puppet.access(AT + 8192, true)).isEqualTo(Puppet.Access.NOT_MAPPED);
      assertThat(puppet.access(AT, true)).isEqualTo(Puppet.Access.DONE);
      assertThat(puppet.call(SystemCall.MUNMAP, AT + 1, 4096)).isEqualTo(-22);
    });
  }

  @Test
  void bothSidesOfAForkGoOn() throws Exception {
    trial(puppet -> {
      assertThat(map(puppet, AT, 3)).isEqualTo(AT);
      final Puppet child = puppet.fork().child();
      assertThat(child).isNotNull();
      if (child != null) {
        assertThat(child.call(SystemCall.MUNMAP, AT, 4096)).isZero();
        assertThat(child.access(AT, true)).isEqualTo(Puppet.Access.NOT_MAPPED);
        assertThat(puppet.access(AT, true)).isEqualTo(Puppet.Access.DONE);
        child.close();
        assertThat(Path.of("/proc/" + child.pid())).doesNotExist();
      }
    });
  }

  @Test
  void startsWithNothingButWhatExecveMaps() throws Exception {
    trial(puppet -> {
      final List<String> maps = Files.readAllLines(Path.of("/proc/" + puppet.pid() + "/maps"));
      assertThat(maps.getFirst()).startsWith("00400000-00401000 r-xp").contains("puppet");
      assertThat(maps).noneMatch(line -> line.contains("[heap]"));
      try (var open = Files.list(Path.of("/proc/" + puppet.pid() + "/fd"))) {
        assertThat(open.count()).isZero();
      }
    });
  }

  @Test
  void endsWithItsThread() throws Exception {
    final int[] pid = new int[1];
    final Thread careless =
        Thread.ofPlatform()
            .start(() -> {
              try {
                // neither is closed: as after a crash
                pid[0] = new Puppets().start(new PuppetImage()).pid();
              } catch (final IOException e) {
                pid[0] = -1;
              }
            });
    careless.join();
    if (pid[0] < 0) {
      abort("puppets cannot be made here");
    }
    final Path process = Path.of("/proc/" + pid[0] + "/status");
    for (int i = 0; i < 100 && running(process); i++) {
      Thread.sleep(50);
    }
    assertThat(running(process)).isFalse();
  }

  /** A dead process stays in the table until this one ends, since nobody waits for it. */
  private static boolean running(final Path status) throws IOException {
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .noneMatch(line -> line.startsWith("State:") && line.contains("Z"));
  }
}
