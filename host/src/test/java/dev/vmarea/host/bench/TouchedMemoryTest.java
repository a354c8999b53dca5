// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The figures of memory that is touched: what is timed happens, on both sides alike. */
class TouchedMemoryTest {
  private static void behavesAsMemory(TouchedMemory memory) {
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS;
    long at = memory.map(Pages.bytes(3), Prot.READ | Prot.WRITE, flags);
    for (int page = 0; page < 3; page++) {
      assertThat(memory.load(at + Pages.bytes(page))).isZero();
      memory.store(at + Pages.bytes(page), (byte) (page + 1));
    }
    memory.protect(at + Pages.SIZE, Pages.SIZE, Prot.READ);
    assertThat(memory.load(at + Pages.SIZE)).isEqualTo((byte) 2);
    memory.discard(at, Pages.bytes(2));
    assertThat(memory.load(at)).isZero();
    assertThat(memory.load(at + Pages.SIZE)).isZero();
    assertThat(memory.load(at + Pages.bytes(2))).isEqualTo((byte) 3);
    memory.unmap(at, Pages.bytes(3));
    memory.close();
  }

  @Test
  void theModelsMemory() {
    behavesAsMemory(new ModelMemory());
  }

  @Test
  void theHostsMemory() {
    Assumptions.assumeTrue(
        Files.exists(Path.of("/proc/self/maps"))
            && NativeCalls.syscall(SystemCall.GETPPID, 0, 0, 0, 0, 0, 0) >= 0);
    behavesAsMemory(new HostMemory());
  }

  @Test
  void sizesAreThoseOfTheBenchmarksWithTheseNames() {
    assertThat(MappingBenchmark.MAP_UNMAP.sizes())
        .containsExactly(1, 8, 64, 512, 4096, 32_768, 131_072);
    assertThat(MappingBenchmark.MAP_TOUCH_UNMAP.sizes())
        .containsExactly(1, 8, 64, 512, 4096, 32_768, 131_072);
    assertThat(MappingBenchmark.MAP_TOUCH_MANY.sizes()).containsExactly(1, 8, 64, 512, 4096);
    assertThat(MappingBenchmark.MAP_TOUCH_MANY.title(8)).isEqualTo("BM_MapTouchMany/8");
  }

  /** What was mapped is unmapped again, and every page asked for was touched. */
  @Test
  void benchmarksTouchWhatTheySay() {
    Counting memory = new Counting();
    MappingBenchmark.MAP_UNMAP.run(memory, 8);
    assertThat(memory.stores).isZero();
    assertThat(memory.unmapped).isEqualTo(Pages.bytes(8));
    MappingBenchmark.MAP_TOUCH_UNMAP.run(memory, 8);
    assertThat(memory.stores).isEqualTo(8);
    MappingBenchmark.MAP_TOUCH_MANY.run(memory, 8);
    assertThat(memory.stores).isEqualTo(16);
    assertThat(memory.unmapped).isEqualTo(memory.mapped).isEqualTo(Pages.bytes(24));
  }

  private static final class Counting implements TouchedMemory {
    private final TouchedMemory real = new ModelMemory();
    private long mapped;
    private long unmapped;
    private int stores;

    @Override
    public long map(long bytes, int prot, int flags) {
      mapped += bytes;
      return real.map(bytes, prot, flags);
    }

    @Override
    public void unmap(long at, long bytes) {
      unmapped += bytes;
      real.unmap(at, bytes);
    }

    @Override
    public void protect(long at, long bytes, int prot) {
      real.protect(at, bytes, prot);
    }

    @Override
    public void discard(long at, long bytes) {
      real.discard(at, bytes);
    }

    @Override
    public void store(long at, byte value) {
      stores++;
      real.store(at, value);
    }

    @Override
    public byte load(long at) {
      return real.load(at);
    }

    @Override
    public void close() {
      real.close();
    }
  }

  @Test
  void aRoundOfFaults() throws Exception {
    Map<String, Double> results = new FaultTask().round();
    assertThat(results)
        .containsOnlyKeys(
            FaultTask.FIRST_TOUCH,
            FaultTask.COPY_ON_WRITE,
            FaultTask.PAGE_COPY,
            FaultTask.ONE_THREAD,
            FaultTask.TWO_THREADS,
            FaultTask.ONE_CORE,
            FaultTask.TWO_CORES);
    assertThat(results.values()).allMatch(value -> value > 0);
  }
}
