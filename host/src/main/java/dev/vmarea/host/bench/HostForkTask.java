// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.base.MapFlags;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.puppet.Puppet;
import dev.vmarea.host.puppet.PuppetException;
import dev.vmarea.host.puppet.PuppetImage;
import dev.vmarea.host.puppet.Puppets;
import java.util.Map;

/**
 * The kernel's fork of what {@link ForkTask} forks: of a tiny process that has nothing else.
 * Milliseconds, with the few stops that make a process fork from outside, which take microseconds.
 */
final class HostForkTask implements Task {
  private static final int PASSES = 3;

  private final Puppet puppet;

  HostForkTask() throws PuppetException {
    puppet = new Puppets().start(new PuppetImage());
    int flags =
        MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED_NOREPLACE | MapFlags.POPULATE;
    for (long i = 0; i < ForkTask.AREAS; i++) {
      long start = Arena.BASE + i * ForkTask.STRIDE;
      long bytes = ForkTask.PAGES * Arena.PAGE;
      long at = puppet.call(SystemCall.MMAP, start, bytes, 3, flags, -1, 0);
      if (at != start) {
        throw new IllegalStateException("the kernel answers " + at + " to mapping " + i);
      }
    }
  }

  @Override
  public Map<String, Double> round() throws PuppetException {
    ChunkTimes forks = new ChunkTimes();
    for (int pass = 0; pass < PASSES; pass++) {
      long begun = System.nanoTime();
      Puppet.Forked forked = puppet.fork();
      forks.add(begun, 1);
      Puppet child = forked.child();
      if (child == null || NativeCalls.isError(forked.result())) {
        throw new IllegalStateException("the kernel answers " + forked.result() + " to a fork");
      }
      child.close();
    }
    return Map.of(ForkTask.FORK, forks.median() / 1e6);
  }
}
