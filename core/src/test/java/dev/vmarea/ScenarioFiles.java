// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.files.PlainFile;
import dev.vmarea.files.SecretFile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.files.ZeroDevice;
import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of a scenario, each of 16 pages, by name. How a name begins says its kind: {@code mem}
 * memory file, {@code dz} /dev/zero, {@code secret} secret memory, {@code log} append-only, {@code
 * nx} on a noexec mount ({@code nxdir} a directory there), {@code bad} whose hook refuses every
 * mapping, {@code hook} with callbacks that are recorded, {@code rigid} the same and refuses to be
 * split, {@code pinned} the same and refuses to be moved; else a plain file. {@code ro} or {@code
 * wo} at the end opens it so; another capital letter at the end is another open of the same.
 */
final class ScenarioFiles {
  private final SharedBacking backing;
  private final Map<String, OpenFile> files = new HashMap<>();
  private final Map<String, Inode> inodes = new HashMap<>();
  private final List<String> callbacks = new ArrayList<>();

  ScenarioFiles(SharedBacking backing) {
    this.backing = backing;
  }

  OpenFile open(String name) {
    return files.computeIfAbsent(name, this::make);
  }

  /** What the callbacks of "hook", "rigid" and "pinned" files were told, in order. */
  List<String> callbacks() {
    return callbacks;
  }

  private OpenFile make(String name) {
    String inodeName = name.replaceAll("(ro|wo|[A-Z])$", "");
    int mode =
        name.endsWith("ro")
            ? OpenFile.O_RDONLY
            : name.endsWith("wo") ? OpenFile.O_WRONLY : OpenFile.O_RDWR;
    Inode inode = inodes.computeIfAbsent(inodeName, ScenarioFiles::inode);
    return new OpenFile(inode, new DirectoryEntry("/" + inodeName), mode, operations(inodeName));
  }

  private static Inode inode(String name) {
    Inode.Type type =
        name.startsWith("dz")
            ? Inode.Type.CHARACTER_DEVICE
            : name.startsWith("nxdir") ? Inode.Type.DIRECTORY : Inode.Type.REGULAR;
    boolean memory = name.startsWith("mem");
    FileSystem fileSystem =
        name.startsWith("secret")
            ? SecretFile.MOUNT
            : new FileSystem(memory ? "tmpfs" : "ext4", name.startsWith("nx"), !memory);
    Inode inode = new Inode(type, fileSystem);
    inode.size(16 * 4096);
    inode.appendOnly(name.startsWith("log"));
    return inode;
  }

  private @Nullable FileOperations operations(String name) {
    return switch (name.replaceAll("\\d+$", "")) {
      case "dz" -> new ZeroDevice(backing);
      case "secret" -> SecretFile.INSTANCE;
      case "mem" -> ShmemFile.INSTANCE;
      case "nxdir" -> null;
      case "bad" -> new Refusing();
      case "hook" -> new Hooked(new Recorder(false, false));
      case "rigid" -> new Hooked(new Recorder(true, false));
      case "pinned" -> new Hooked(new Recorder(false, true));
      default -> PlainFile.THP_SYNC;
    };
  }

  private static final class Refusing implements MmapPrepare {
    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      throw Errno.EINVAL.failure();
    }
  }

  private record Hooked(Recorder callbacks) implements LegacyMmap {
    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) {
      callbacks.record("mapped", vma.start(), vma.pages());
      vma.vmOps(callbacks);
    }
  }

  private final class Recorder implements VmOperations {
    private final boolean rigid;
    private final boolean pinned;

    Recorder(boolean rigid, boolean pinned) {
      this.rigid = rigid;
      this.pinned = pinned;
    }

    @Override
    public boolean hasClose() {
      return true;
    }

    @Override
    public void open(Vma vma) {
      record("open", vma);
    }

    @Override
    public void close(Vma vma) {
      record("close", vma);
    }

    @Override
    public @Nullable Errno maySplit(Vma vma, long address) {
      return rigid ? Errno.EBUSY : null;
    }

    @Override
    public @Nullable Errno mremap(Vma moved) {
      record("mremap", moved);
      return pinned ? Errno.EBUSY : null;
    }

    private void record(String what, Vma vma) {
      record(what, vma.start(), vma.pages());
    }

    private void record(String what, long start, long pages) {
      long first = (start - Scenario.BASE) / 4096;
      callbacks.add(what + " " + first + "-" + (first + pages));
    }
  }
}
