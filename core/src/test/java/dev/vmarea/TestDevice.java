// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device that counts what it is told, with a new hook, an old one, or reached through a stacked
 * file; what its hook asks for is its kind.
 */
final class TestDevice {
  /** What the hook asks for. */
  enum Kind {
    /** Callbacks and private data, nothing else: it may merge. */
    PLAIN,
    /** The same with a close callback, so that merges never delete it. */
    CLOSING,
    /** All page frames, which also keeps it from merging. */
    REMAP,
    /** The same through the architecture's translation. */
    IO_REMAP,
    /** No action but a hook that follows: a success hook, where there are any. */
    SUCCESS_HOOK,
    /** A file of its own in the place of the device's. */
    FRESH_FILE;

    boolean existsIn(Profile profile) {
      return switch (this) {
        case PLAIN, CLOSING, FRESH_FILE -> true;
        case REMAP, IO_REMAP -> !profile.has(Difference.NO_ACTIONS);
        case SUCCESS_HOOK -> !profile.has(Difference.NO_SUCCESS_AND_ERROR_HOOKS);
      };
    }
  }

  /** First page frame of the device: in the hole below 4 GiB, where no memory is. */
  static final long FIRST_PFN = 0xd0000;

  final Kind kind;
  final Inode inode =
      new Inode(Inode.Type.CHARACTER_DEVICE, new FileSystem("devtmpfs", false, false));
  final Callbacks callbacks = new Callbacks();
  final List<OpenFile> freshFiles = new ArrayList<>();
  int prepared;

  TestDevice(Kind kind) {
    this.kind = kind;
  }

  /** The device opened for both, mapped through its new hook. */
  OpenFile open() {
    return file(new Prepared());
  }

  /** The same, mapped through its old hook. */
  OpenFile openLegacy() {
    return file(new Legacy());
  }

  /** A file stacked on {@code inner}. */
  OpenFile stackedOn(OpenFile inner) {
    return file(new Stacked(inner));
  }

  private OpenFile file(FileOperations operations) {
    return new OpenFile(inode, new DirectoryEntry("/dev/test"), OpenFile.O_RDWR, operations);
  }

  private OpenFile freshFile() {
    OpenFile fresh =
        new OpenFile(
            new Inode(Inode.Type.REGULAR, inode.fileSystem()),
            new DirectoryEntry("/fresh", true),
            OpenFile.O_RDWR,
            new Prepared());
    freshFiles.add(fresh);
    return fresh;
  }

  private boolean closes() {
    return kind != Kind.PLAIN;
  }

  /** The new hook. */
  final class Prepared implements MmapPrepare {
    @Override
    public void mmapPrepare(VmaDescriptor descriptor) {
      prepared++;
      descriptor.vmOps(callbacks);
      descriptor.privateData(TestDevice.this);
      long pfn = FIRST_PFN + descriptor.pgoff();
      switch (kind) {
        case PLAIN, CLOSING -> {}
        case REMAP -> descriptor.remapFull(pfn);
        case IO_REMAP -> descriptor.ioRemapFull(pfn);
        case SUCCESS_HOOK -> {
          descriptor.vmFlags(descriptor.vmFlags() | dev.vmarea.base.VmFlags.DONTEXPAND);
          descriptor.successHook(vma -> callbacks.succeeded++);
        }
        case FRESH_FILE -> descriptor.vmFile(freshFile());
      }
    }
  }

  /** The old hook, which does the same. */
  final class Legacy implements LegacyMmap {
    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      prepared++;
      vma.vmOps(callbacks);
      vma.privateData(TestDevice.this);
      long pfn = FIRST_PFN + vma.pgoff();
      switch (kind) {
        case PLAIN, CLOSING -> {}
        case REMAP -> vma.remapPfnRange(vma.start(), pfn, vma.size(), vma.pageProtection());
        case IO_REMAP -> vma.ioRemapPfnRange(vma.start(), pfn, vma.size(), vma.pageProtection());
        case SUCCESS_HOOK -> vma.vmFlags(vma.vmFlags() | dev.vmarea.base.VmFlags.DONTEXPAND);
        case FRESH_FILE -> {
          OpenFile fresh = freshFile();
          vma.file(fresh);
          fresh.put();
        }
      }
      callbacks.mapped++;
    }
  }

  /** A file that hands its mappings on. */
  record Stacked(OpenFile inner) implements LegacyMmap {
    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      vma.mapThrough(inner);
    }
  }

  /** Counts. */
  final class Callbacks implements VmOperations {
    int mapped;
    int succeeded;
    int opened;
    int closed;
    @Nullable Errno mappedFails;

    @Override
    public boolean hasClose() {
      return closes();
    }

    @Override
    public void mapped(MappedArea area) throws ErrnoException {
      if (mappedFails != null) {
        throw mappedFails.failure();
      }
      mapped++;
    }

    @Override
    public void open(Vma vma) {
      opened++;
    }

    @Override
    public void close(Vma vma) {
      closed++;
    }
  }
}
