// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.space.Task;
import dev.vmarea.trace.evidence.DescriptorIdentity;
import dev.vmarea.trace.evidence.Layout;
import dev.vmarea.trace.procmaps.SmapsEntry;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.Map;

/**
 * Brings a process of the host into a machine, as a replay does at the start of a program: its map
 * and its open files. Not thread-safe.
 */
public final class ProcessImport {
  private static final String DELETED = " (deleted)";

  private final FileNames names;
  private final ProgramStart starts;

  /** Imports into {@code machine}. */
  public ProcessImport(Machine machine) {
    names = new FileNames(new FileKinds(machine, Map.of(), true));
    starts = new ProgramStart(machine, names);
  }

  /**
   * The address space that smaps shows.
   *
   * @param layout where the parts of the program lie, its limits and rights
   * @param task gets those limits and rights
   * @throws IllegalArgumentException if areas overlap
   */
  public AddressSpace load(List<SmapsEntry> smaps, Layout layout, Task task) {
    return starts.memory(MapImage.ofSmaps(smaps), task, layout).space();
  }

  /** The open file behind a descriptor; the same for the same identity. */
  public OpenFile open(DescriptorIdentity identity) {
    return open(names, identity);
  }

  static OpenFile open(FileNames names, DescriptorIdentity identity) {
    OpenFile file = names.byId(identity.file());
    if (file == null) {
      boolean deleted = identity.path().endsWith(DELETED);
      FileNames.Name name =
          names.identified(
              withoutDeleted(identity.path()),
              deleted,
              identity.major(),
              identity.minor(),
              identity.inode(),
              identity.fileSystem(),
              identity.noexec(),
              FileKinds.typeNamed(identity.type()));
      file = name.open(identity.flags());
      names.remember(identity.file(), file);
    }
    if (identity.size() >= 0 && file.inode().type() == Inode.Type.REGULAR) {
      file.inode().size(identity.size());
    }
    file.inode().seals(identity.seals());
    return file;
  }

  static String withoutDeleted(String path) {
    return path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path;
  }
}
