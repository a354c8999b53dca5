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
  private static final int BUFFER = 1 << 17;

  private interface Scan {
    long lines() throws IOException;
  }

  private final Scan scan;

  private MapsTask(Scan scan) {
    this.scan = scan;
  }

  /** The model writes its VMAs. */
  static MapsTask ofModel(int mappings) {
    ModelSubject model = new ModelSubject();
    new Arena(mappings, 1).build(model);
    return new MapsTask(() -> write(model));
  }

  /** The kernel writes this process's. */
  static MapsTask ofHost(int mappings) throws IOException {
    Arena arena = new Arena(mappings, 1);
    arena.build(new HostSubject(arena));
    return new MapsTask(MapsTask::read);
  }

  private static long write(ModelSubject model) throws IOException {
    OutputStream nowhere = OutputStream.nullOutputStream();
    MapsText text = new MapsText(MapsLayout.NONE);
    long lines = 0;
    for (Vma vma : model.space().vmas()) {
      text.add(vma);
      lines++;
      if (text.size() >= BUFFER) {
        text.drainTo(nowhere);
      }
    }
    text.drainTo(nowhere);
    return lines;
  }

  private static long read() throws IOException {
    byte[] buffer = new byte[BUFFER];
    long lines = 0;
    try (InputStream in = new FileInputStream("/proc/self/maps")) {
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        for (int i = 0; i < n; i++) {
          lines += buffer[i] == '\n' ? 1 : 0;
        }
      }
    }
    return lines;
  }

  @Override
  public Map<String, Double> round() throws IOException {
    long lines = 0;
    long begun = System.nanoTime();
    for (int i = 0; i < PASSES; i++) {
      lines += scan.lines();
    }
    return Map.of(LINE, (double) (System.nanoTime() - begun) / lines);
  }
}
