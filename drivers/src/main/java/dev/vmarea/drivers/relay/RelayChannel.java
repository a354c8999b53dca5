// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.relay;

import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.StepObserver;
import dev.vmarea.drivers.Steps;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A channel and its buffers ({@code struct rchan}). */
public final class RelayChannel implements UserModel {
  private static final String FILE = "/cpu";

  private final Variant variant;
  private final List<RelayBuffer> buffers = new ArrayList<>();
  private final Steps steps = new Steps();
  private boolean closed;

  RelayChannel(Machine machine, Variant variant, int cpus, long bytes) throws ErrnoException {
    this.variant = variant;
    try {
      for (int cpu = 0; cpu < cpus; cpu++) {
        buffers.add(new RelayBuffer(machine.kernel().memory(), bytes, steps));
      }
    } catch (ErrnoException e) {
      buffers.forEach(RelayBuffer::put);
      throw e;
    }
  }

  @Override
  public UserKind kind() {
    return RelayKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  @Override
  public void observe(StepObserver observer) {
    steps.observe(observer);
  }

  /** The buffer of a processor, from 0 on. */
  public RelayBuffer buffer(int cpu) {
    return buffers.get(cpu);
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException ENOENT for other paths than {@code .../cpuN}, and when the channel is
   *     closed: its files are gone then
   */
  @Override
  public synchronized OpenFile open(String path, int flags) throws ErrnoException {
    RelayBuffer buffer = closed ? null : find(path);
    if (buffer == null) {
      throw Errno.ENOENT.failure();
    }
    buffer.get();
    RelayFile file = variant.isLegacy() ? new RelayFile.Legacy(buffer) : new RelayFile.Port(buffer);
    return new OpenFile(buffer.inode(), new DirectoryEntry(path), flags, file);
  }

  private @Nullable RelayBuffer find(String path) {
    for (int cpu = 0; cpu < buffers.size(); cpu++) {
      if (path.endsWith(FILE + cpu)) {
        return buffers.get(cpu);
      }
    }
    return null;
  }

  /**
   * "close": the tracer closes the channel, whose buffers go when the last file of them is closed.
   * "detach N": files of buffer N that are open have no buffer from now on.
   */
  @Override
  public synchronized long control(List<String> words) {
    if (words.equals(List.of("close"))) {
      close();
    } else if (words.size() == 2 && words.getFirst().equals("detach")) {
      buffers.get(Integer.parseInt(words.get(1))).detach();
    } else {
      return UserModel.super.control(words);
    }
    return 0;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      buffers.forEach(RelayBuffer::put);
    }
  }

  @Override
  public synchronized void verify() {
    buffers.forEach(buffer -> buffer.verify(!closed));
  }
}
