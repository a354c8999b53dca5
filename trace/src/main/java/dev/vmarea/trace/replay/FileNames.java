// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of the machine as far as a log shows them: which paths name the same inode, what was
 * renamed and deleted. Two opens of one path share inode and name, never the open file.
 *
 * <p>Bounded: paths not used for long are forgotten, and then count as other files.
 */
final class FileNames {
  private static final int MAX_NAMES = 1 << 16;

  /** A name and the file behind it. */
  record Name(DirectoryEntry entry, Inode inode, @Nullable FileOperations operations) {
    OpenFile open(int flags) {
      return new OpenFile(inode, entry, flags, operations);
    }
  }

  private record DeviceAndNumber(int major, int minor, long number) {}

  private final FileKinds kinds;
  private final Map<String, Name> byPath = bounded();
  private final Map<DeviceAndNumber, Inode> byNumber = bounded();
  private final Map<String, OpenFile> byId = bounded();

  FileNames(FileKinds kinds) {
    this.kinds = kinds;
  }

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>(256, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MAX_NAMES;
      }
    };
  }

  /** The file that {@code path} names now; made up on first use. */
  Name named(String path) {
    Name name = byPath.get(path);
    if (name == null) {
      String type = FileKinds.typeByPath(path);
      name = unlisted(path, false, type, false);
      byPath.put(path, name);
    }
    return name;
  }

  /** A file that no path leads to: a memfd, a deleted file. */
  Name unlisted(String path, boolean deleted, String fileSystemType, boolean noexec) {
    return unlisted(path, deleted, fileSystemType, noexec, null);
  }

  private Name unlisted(
      String path,
      boolean deleted,
      String fileSystemType,
      boolean noexec,
      Inode.@Nullable Type kind) {
    String type = fileSystemType.isEmpty() ? FileKinds.typeByPath(path) : fileSystemType;
    Inode inode =
        new Inode(
            kind == null ? FileKinds.inodeType(path, type) : kind,
            FileKinds.fileSystem(type, noexec));
    return new Name(new DirectoryEntry(path, deleted), inode, kinds.operations(path, type, kind));
  }

  /**
   * The file with this path and these numbers, as a map or the recorder shows it.
   *
   * @param kind what kind of file, or null when it is not known
   */
  Name identified(
      String path,
      boolean deleted,
      int major,
      int minor,
      long number,
      String fileSystemType,
      boolean noexec,
      Inode.@Nullable Type kind) {
    Name listed = deleted ? null : byPath.get(path);
    if (listed != null
        && (kind == null || kind == listed.inode.type())
        && matches(listed.inode, major, minor, number)
        && agrees(listed.inode.fileSystem(), fileSystemType, noexec)) {
      listed.inode.identify(major, minor, number);
      byNumber.putIfAbsent(new DeviceAndNumber(major, minor, number), listed.inode);
      return listed;
    }
    Name name = unlisted(path, deleted, fileSystemType, noexec, kind);
    Inode known = byNumber.get(new DeviceAndNumber(major, minor, number));
    if (known != null
        && known.type() == name.inode.type()
        && known.fileSystem().equals(name.inode.fileSystem())) {
      name = new Name(name.entry, known, name.operations);
    } else {
      name.inode.identify(major, minor, number);
      byNumber.put(new DeviceAndNumber(major, minor, number), name.inode);
    }
    if (!deleted) {
      byPath.put(path, name);
    }
    return name;
  }

  private static boolean agrees(FileSystem known, String type, boolean noexec) {
    return type.isEmpty()
        || type.equals(known.type())
            && FileKinds.fileSystem(type, noexec).noexec() == known.noexec();
  }

  private static boolean matches(Inode inode, int major, int minor, long number) {
    return inode.number() == 0
        || inode.number() == number && inode.deviceMajor() == major && inode.deviceMinor() == minor;
  }

  /** The open file that the recorder numbered so, or null. */
  @Nullable OpenFile byId(String id) {
    return byId.get(id);
  }

  /** Remembers the open file that the recorder numbered so. */
  void remember(String id, OpenFile file) {
    byId.put(id, file);
  }

  /** A second name for a file. */
  void link(String from, String to) {
    Name source = byPath.get(from);
    if (source != null) {
      byPath.put(to, new Name(new DirectoryEntry(to), source.inode, source.operations));
    }
  }

  /** {@code path} was unlinked: maps shows it as deleted from now on. */
  void unlink(String path) {
    Name name = byPath.remove(path);
    if (name != null) {
      name.entry.deleted(true);
    }
  }

  /** {@code from} was renamed to {@code to}, which, if it existed, is deleted by that. */
  void rename(String from, String to) {
    if (from.equals(to)) {
      return;
    }
    Name moved = byPath.remove(from);
    Name replaced = byPath.get(to);
    // Renaming one hard link over another of the same file does nothing.
    if (moved != null && replaced != null && moved.inode == replaced.inode) {
      byPath.put(from, moved);
      return;
    }
    unlink(to);
    if (moved != null) {
      moved.entry.rename(to);
      byPath.put(to, moved);
    }
    renameBelow(from + "/", to + "/");
  }

  /** Two names were exchanged (RENAME_EXCHANGE). */
  void exchange(String a, String b) {
    Name first = byPath.remove(a);
    Name second = byPath.remove(b);
    if (first != null) {
      first.entry.rename(b);
      byPath.put(b, first);
    }
    if (second != null) {
      second.entry.rename(a);
      byPath.put(a, second);
    }
  }

  private void renameBelow(String from, String to) {
    List<String> below = new ArrayList<>();
    for (String path : byPath.keySet()) {
      if (path.startsWith(from)) {
        below.add(path);
      }
    }
    Map<String, Name> renamed = new HashMap<>();
    for (String path : below) {
      Name name = byPath.remove(path);
      if (name != null) {
        String target = to + path.substring(from.length());
        name.entry.rename(target);
        renamed.put(target, name);
      }
    }
    byPath.putAll(renamed);
  }
}
