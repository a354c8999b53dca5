// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.files.OverlayFile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.host.puppet.Puppet;
import dev.vmarea.host.system.FileIdentities;
import dev.vmarea.host.system.FileIdentity;
import dev.vmarea.host.system.ProcessInfo;
import dev.vmarea.host.system.ProcessLayout;
import dev.vmarea.host.tracing.RemoteMemory;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.trace.evidence.DescriptorIdentity;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.evidence.EvidenceParser;
import dev.vmarea.trace.evidence.Layout;
import dev.vmarea.trace.procmaps.SmapsEntry;
import dev.vmarea.trace.procmaps.SmapsFile;
import dev.vmarea.trace.replay.ProcessImport;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The process that sequences are forked from, with its image in the model. Its own memory never
 * changes, so every sequence starts alike.
 */
final class Template implements AutoCloseable {
  private static final long PAGE = 4096;

  private final Puppet puppet;
  private final AddressSpace model;
  private final List<OpenFile> files;
  private final List<DescriptorIdentity> identities;
  private final List<SmapsEntry> smaps;
  private final Layout layout;

  private Template(
      final Puppet puppet,
      final AddressSpace model,
      final List<OpenFile> files,
      final List<DescriptorIdentity> identities,
      final List<SmapsEntry> smaps,
      final Layout layout) {
    this.puppet = puppet;
    this.model = model;
    this.files = files;
    this.identities = identities;
    this.smaps = smaps;
    this.layout = layout;
  }

  /**
   * Brings a puppet into the model.
   *
   * @param descriptors how many files it has open, from 0 on
   */
  static Template of(final Puppet puppet, final Machine machine, final int descriptors)
      throws IOException {
    final int pid = puppet.pid();
    final ProcessImport into = new ProcessImport(machine);
    final List<SmapsEntry> smaps =
        SmapsFile.read(new ByteArrayInputStream(ProcessInfo.smaps(pid)), "smaps of the puppet");
    final ProcessLayout found = ProcessLayout.read(pid);
    if (found == null) {
      throw new IOException("the puppet is gone");
    }
    final Layout layout = (Layout) parse(found.comment(pid));
    final Task task = new Task(new ResourceLimits(), 0);
    final AddressSpace model = into.load(smaps, layout, task);
    final List<OpenFile> files = new ArrayList<>();
    final List<DescriptorIdentity> identities = new ArrayList<>();
    final FileIdentities facts = new FileIdentities();
    final Map<Long, Inode> overlays = new HashMap<>();
    for (int descriptor = 0; descriptor < descriptors; descriptor++) {
      final FileIdentity fact = facts.identify(pid, descriptor);
      if (fact == null) {
        throw new IOException("descriptor " + descriptor + " of the puppet is not open");
      }
      final DescriptorIdentity identity = (DescriptorIdentity) parse(fact.comment(pid, descriptor));
      identities.add(identity);
      files.add(
          identity.fileSystem().equals("overlay")
              ? union(identity, overlays)
              : into.open(identity));
    }
    return new Template(puppet, model, files, identities, smaps, layout);
  }

  /** A file of the union: the real ones are all on tmpfs. */
  private static OpenFile union(final DescriptorIdentity identity, final Map<Long, Inode> inodes) {
    final Inode inode =
        inodes.computeIfAbsent(
            identity.inode(), number -> new Inode(Inode.Type.REGULAR, ShmemFile.INTERNAL_MOUNT));
    inode.identify(identity.major(), identity.minor(), identity.inode());
    inode.size(identity.size());
    return OverlayFile.open(
        inode, new DirectoryEntry(identity.path()), identity.flags(), ShmemFile.INSTANCE);
  }

  private static EvidenceLine parse(final String line) {
    return EvidenceParser.parse(line.getBytes(StandardCharsets.ISO_8859_1));
  }

  Puppet puppet() {
    return puppet;
  }

  AddressSpace model() {
    return model;
  }

  List<OpenFile> files() {
    return files;
  }

  List<DescriptorIdentity> identities() {
    return identities;
  }

  List<SmapsEntry> smaps() {
    return smaps;
  }

  Layout layout() {
    return layout;
  }

  boolean vsyscall() {
    return !smaps.isEmpty() && smaps.getLast().map().vsyscall();
  }

  /**
   * What execve left on the stack is the only private memory that a puppet begins with. A fork of
   * the template writes to it first, so that its pages are its own.
   */
  void takeStack(final RemoteMemory memory, final boolean forked) throws IOException {
    try (Cpu cpu = model.cpu()) {
      for (final Vma vma : model.vmas()) {
        if (!vma.has(VmFlags.GROWSDOWN)) {
          continue;
        }
        for (long at = vma.start(); at < vma.end(); at += PAGE) {
          final byte[] page = memory.read(puppet.pid(), at, (int) PAGE);
          if (!Arrays.equals(page, new byte[page.length])) {
            if (forked) {
              puppet.access(at, true, page[0]);
            }
            cpu.store(at, page, 0, page.length);
            markUsed(at);
          } else {
            cpu.loadByte(at); // reading it from outside has brought the page of zeroes
          }
        }
      }
    }
  }

  /** The page was written or read from outside, as by a debugger: that marks the page itself. */
  private void markUsed(final long address) {
    final PageTables tables = model.pageTables();
    if (tables != null) {
      final long pfn = tables.format().pfn(0, tables.entry(address));
      final KernelPage page = model.machine().kernel().memory().page(pfn);
      if (page != null) {
        page.used();
      }
    }
  }

  /** The lowest address of what execve put at the top of the area for mappings. */
  long bottomOfTop() {
    long at = model.layout().mmapBase;
    for (Vma vma = model.mm().tree().before(at);
        vma != null && vma.end() == at;
        vma = model.mm().tree().before(at)) {
      at = vma.start();
    }
    return Pages.floor(at);
  }

  @Override
  public void close() {
    puppet.close();
    model.exit();
    for (final OpenFile file : files) {
      if (file.inode().type() == Inode.Type.REGULAR) {
        file.inode().truncate(0); // what huge pages are reserved goes, too, beyond the end as well
      }
      file.put();
    }
  }
}
