// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.vma.Vma;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/** Nanoseconds that a line of maps text takes, all lines written. */
final class MapsTask implements Task {
  static final String LINE = "line";

  private static final int PASSES = 5;

  /** As many lines as the kernel gives at a time. */
  private static final int CHUNK = 80;

  private static final int BUFFER = 1 << 17;

  private interface Scan {
    void run(ChunkTimes times) throws IOException;
  }

  private final Scan scan;

  private MapsTask(Scan scan) {
    this.scan = scan;
  }

  /** The model writes its VMAs. */
  static MapsTask ofModel(int mappings) {
    ModelSubject model = new ModelSubject();
    new Arena(mappings, 1).build(model);
    return new MapsTask(times -> write(model, times));
  }

  /** The kernel writes this process's. */
  static MapsTask ofHost(int mappings) throws IOException {
    Arena arena = new Arena(mappings, 1);
    arena.build(new HostSubject(arena));
    return new MapsTask(MapsTask::read);
  }

  private static void write(ModelSubject model, ChunkTimes times) throws IOException {
    OutputStream nowhere = OutputStream.nullOutputStream();
    MapsText text = new MapsText(MapsLayout.NONE);
    long lines = 0;
    long begun = System.nanoTime();
    for (Vma vma : model.space().vmas()) {
      text.add(vma);
      if (++lines == CHUNK) {
        text.drainTo(nowhere);
        times.add(begun, lines);
        lines = 0;
        begun = System.nanoTime();
      }
    }
  }

  /** Each read gives a page of whole lines. */
  private static void read(ChunkTimes times) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = new FileInputStream("/proc/self/maps")) {
      long begun = System.nanoTime();
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        long end = System.nanoTime();
        long lines = 0;
        for (int i = 0; i < n; i++) {
          lines += buffer[i] == '\n' ? 1 : 0;
        }
        times.add(begun + (System.nanoTime() - end), lines); // without the counting
        begun = System.nanoTime();
      }
    }
  }

  @Override
  public Map<String, Double> round() throws IOException {
    ChunkTimes times = new ChunkTimes();
    for (int i = 0; i < PASSES; i++) {
      scan.run(times);
    }
    return Map.of(LINE, times.median());
  }
}
