// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import java.util.Map;

/** First touches of anonymous pages of this process: nanoseconds for one. */
final class HostFaultTask implements Task {
  private static final int PAGES = 4096;
  private static final int CHUNK = 64;

  private final TouchedMemory memory;

  HostFaultTask(TouchedMemory memory) {
    this.memory = memory;
  }

  @Override
  public Map<String, Double> round() {
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS;
    long at = memory.map(Pages.bytes(PAGES), Prot.READ | Prot.WRITE, flags);
    ChunkTimes times = new ChunkTimes();
    for (int page = 0; page < PAGES; page += CHUNK) {
      long begun = System.nanoTime();
      for (int i = 0; i < CHUNK; i++) {
        memory.store(at + Pages.bytes(page + i), (byte) 42);
      }
      times.add(begun, CHUNK);
    }
    memory.unmap(at, Pages.bytes(PAGES));
    return Map.of(FaultTask.FIRST_TOUCH, times.median());
  }
}
