// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import dev.vmarea.files.MemoryFiles;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.puppet.Puppet;
import dev.vmarea.host.puppet.PuppetImage;
import dev.vmarea.host.puppet.Puppets;
import dev.vmarea.host.system.FileIdentities;
import dev.vmarea.host.system.FileIdentity;
import dev.vmarea.host.system.HostConfig;
import dev.vmarea.host.tracing.RemoteMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A case on the kernel and on machines of the model, one for each column: after every call results,
 * maps, flags, sizes and counters of pages are compared, and how many huge pages there are.
 */
final class UserTwin implements AutoCloseable {
  private final UserCase made;
  private final @Nullable HostHugePages hugePages;
  private final KernelSide kernel;
  private final KernelMap map = new KernelMap();
  private final FileIdentities identities = new FileIdentities();
  private final List<Column> columns = new ArrayList<>();
  private final UserReport report;
  private final long nameOfProbe;

  /** One machine of the model, and what it is compared by. */
  private record Column(
      String name, ModelSide side, Comparison comparison, @Nullable HugePageComparison hugePages) {}

  UserTwin(
      UserCase made,
      Puppets puppets,
      HostConfig host,
      List<ModelColumn> names,
      @Nullable HostHugePages hugePages,
      UserReport report)
      throws IOException {
    this.made = made;
    this.hugePages = hugePages;
    this.report = report;
    PuppetImage image = new PuppetImage();
    kernel = new KernelSide(made.calls(), image);
    nameOfProbe = image.string("probe");
    Puppet puppet = puppets.start(image);
    try (RemoteMemory memory = new RemoteMemory()) {
      kernel.start(puppet);
      FileIdentity huge = hugePages == null ? null : hugePageFile(puppet);
      for (ModelColumn name : names) {
        Column column = column(name, puppet, host, memory);
        columns.add(column);
        if (huge != null) {
          column.side.hugetlbDevice(huge);
        }
      }
    } catch (IOException | RuntimeException e) {
      puppet.close();
      close();
      throw e;
    }
  }

  /** A file of the kernel's own mount of hugetlbfs, which is gone again. */
  private @Nullable FileIdentity hugePageFile(Puppet puppet) throws IOException {
    long probe = puppet.call(SystemCall.MEMFD_CREATE, nameOfProbe, MemoryFiles.MFD_HUGETLB);
    FileIdentity file = identities.identify(puppet.pid(), (int) probe);
    puppet.call(SystemCall.CLOSE, probe);
    return file;
  }

  private Column column(ModelColumn name, Puppet puppet, HostConfig host, RemoteMemory memory)
      throws IOException {
    Machine machine = new Machine(host.kernel(), Profile.LINUX_6_18);
    Template template = Template.of(puppet, machine, 0);
    long hugePageSize = host.kernel().defaultHugePageSize();
    for (long size : host.kernel().hugePageSizes()) {
      if (size == hugePageSize && hugePages != null) {
        hugePages.copyTo(machine.hugePages(), size);
      } else {
        machine.hugePages().setTotal(size, 0);
      }
    }
    template.takeStack(memory, false);
    Map<Exclusion, Integer> exclusions = new EnumMap<>(Exclusion.class);
    try {
      return new Column(
          name.name(),
          new ModelSide(machine, name, template.model()),
          new Comparison(template.vsyscall(), exclusions),
          hugePages == null
              ? null
              : new HugePageComparison(hugePages, machine.hugePages(), hugePageSize));
    } catch (ErrnoException e) {
      throw new IOException("the model has no memory", e);
    }
  }

  /** Makes all calls; a column that differs is told and left out from there on. */
  void run() throws IOException {
    for (UserCall call : made.calls()) {
      int pid = kernel.process().puppet().pid();
      Answer actual = kernel.run(call);
      report.call();
      if (!call.expects(actual)) {
        report.wrongRow(made, call, "kernel " + actual);
      }
      FileIdentity identity =
          call.opens() && actual.failure().isEmpty()
              ? identities.identify(pid, (int) actual.value())
              : null;
      kernel.process().readInto(map);
      for (Column column : List.copyOf(columns)) {
        String difference;
        try {
          difference = difference(column, call, actual, identity);
        } catch (ModelMounts.NotHere none) {
          report.notCompared(made, column.name, String.valueOf(none.getMessage()));
          drop(column);
          continue;
        } catch (RuntimeException | AssertionError broken) {
          difference = "the model broke: " + broken;
        }
        report.compared(column.name);
        String known = call.known().get(column.name);
        if (known != null) {
          report.known(made, call, column.name, known, difference);
          drop(column);
        } else if (difference != null) {
          report.differs(made, call, column.name, difference);
          drop(column);
        }
      }
    }
  }

  private void drop(Column column) {
    columns.remove(column);
    try {
      column.side.close();
    } catch (RuntimeException broken) {
      // it differed before
    }
  }

  private @Nullable String difference(
      Column column, UserCall call, Answer actual, @Nullable FileIdentity identity)
      throws IOException {
    Answer expected = column.side.run(call);
    if (!expected.equals(actual)) {
      return "result: kernel " + actual + ", model " + expected;
    }
    if (identity != null) {
      column.side.identify(
          actual.value(), identity.deviceMajor(), identity.deviceMinor(), identity.inode());
    }
    column.side.verify();
    String pages = column.hugePages == null ? null : column.hugePages.difference();
    return pages != null ? pages : column.comparison.difference(column.side.space(), map);
  }

  /** Ends all processes on both sides, and compares what is left of huge pages: nothing. */
  void end() throws IOException {
    kernel.close();
    if (hugePages != null) {
      hugePages.awaitUnused();
    }
    for (Column column : List.copyOf(columns)) {
      columns.remove(column);
      String left;
      try {
        column.side.close();
        left = column.hugePages == null ? null : column.hugePages.leftBehind();
      } catch (RuntimeException broken) {
        left = "the model broke at the end: " + broken;
      }
      if (left != null) {
        report.left(made, column.name, left);
      }
    }
  }

  @Override
  public void close() {
    kernel.close();
    map.close();
    for (Column column : List.copyOf(columns)) {
      drop(column);
    }
  }
}
