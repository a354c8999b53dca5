// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.files.Mount;
import dev.vmarea.files.ZeroDevice;
import dev.vmarea.hugetlb.HugetlbControlGroup;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.hugetlb.Subpool;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What mount makes on the model: the core's files, or users of the series, as a column says. */
final class ModelMounts implements AutoCloseable {
  private static final String ZERO = "/dev/zero";

  private final Machine machine;
  private final ModelColumn column;
  private final long hugePageSize;
  private final List<MountedUsers> users = new ArrayList<>();
  private final List<CoreFolder> folders = new ArrayList<>();
  private final List<HugetlbMount> hugeMounts = new ArrayList<>();

  /** What is there without a mount: /dev/zero, memfds, secret files. */
  ModelMounts(Machine machine, ModelColumn column, long hugePageSize) throws ErrnoException {
    this.machine = machine;
    this.column = column;
    this.hugePageSize = hugePageSize;
    if (column.has("zero")) {
      user(ZERO, "zero", Map.of());
    } else {
      machine.mounts().add(ZERO, zero());
    }
    if (column.has("shmem")) {
      user("memfd:", "shmem", Map.of());
    }
    if (column.has("secretmem")) {
      user("secretmem:", "secretmem", Map.of());
    }
  }

  private Mount zero() {
    Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, new FileSystem("devtmpfs", false, false));
    ZeroDevice operations = new ZeroDevice(machine.backing());
    return (path, flags) -> new OpenFile(inode, new DirectoryEntry(path), flags, operations);
  }

  private void user(String path, String user, Map<String, String> settings) throws ErrnoException {
    users.add(column.mount(machine, path, user, settings));
  }

  /**
   * mount(2).
   *
   * @param data options, as the kernel reads them
   */
  void mount(String type, String target, String data) throws ErrnoException {
    Map<String, String> options = new HashMap<>();
    for (String option : data.split(",")) {
      int equals = option.indexOf('=');
      if (equals > 0) {
        options.put(option.substring(0, equals), option.substring(equals + 1));
      }
    }
    switch (type) {
      case "tmpfs" -> tmpfs(target, options);
      case "hugetlbfs" -> hugetlbfs(target, options);
      case "overlay" -> overlay(target, options);
      default -> throw new IllegalArgumentException("no such file system here: " + type);
    }
  }

  private void tmpfs(String target, Map<String, String> options) throws ErrnoException {
    if (column.has("shmem")) {
      user(target, "shmem", options);
      return;
    }
    if (!options.isEmpty()) {
      throw new NotHere("the core's files of tmpfs have no limit of blocks");
    }
    CoreFolder folder = CoreFolder.tmpfs();
    folders.add(folder);
    machine.mounts().add(target, folder);
  }

  private void hugetlbfs(String target, Map<String, String> options) throws ErrnoException {
    if (column.has("hugetlbfs")) {
      Map<String, String> settings =
          new HashMap<>(Map.of("pool", "0", "pagesize", Long.toString(hugePageSize)));
      if (options.containsKey("size")) {
        settings.put("max", Long.toString(pages(options, "size")));
      }
      if (options.containsKey("min_size")) {
        settings.put("min", Long.toString(pages(options, "min_size")));
      }
      user(target, "hugetlbfs", settings);
      return;
    }
    HugetlbMount mount =
        HugetlbMount.mount(
            machine.hugePages(),
            hugePageSize,
            pages(options, "size"),
            pages(options, "min_size"),
            new HugetlbControlGroup(HugetlbControlGroup.UNLIMITED));
    hugeMounts.add(mount);
    CoreFolder folder = CoreFolder.hugetlbfs(mount);
    folders.add(folder);
    machine.mounts().add(target, folder);
  }

  /** Sizes are written in mebibytes. */
  private long pages(Map<String, String> options, String key) {
    String text = options.get(key);
    return text == null
        ? Subpool.NONE
        : (Long.parseLong(text.substring(0, text.length() - 1)) << 20) / hugePageSize;
  }

  private void overlay(String target, Map<String, String> options) throws ErrnoException {
    String lower = options.getOrDefault("lowerdir", "");
    if (column.has("overlay")) {
      user(
          target, "overlay", Map.of("lower", lower, "upper", options.getOrDefault("upperdir", "")));
      return;
    }
    if (machine.mounts().find(lower) instanceof CoreFolder folder) {
      machine
          .mounts()
          .add(
              target,
              new CoreUnion(
                  folder, lower, options.getOrDefault("upperdir", ""), machine.kernel().memory()));
      return;
    }
    throw new NotHere("no layers for overlayfs");
  }

  /** The column has nothing that could stand for the kernel here. */
  static final class NotHere extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotHere(String message) {
      super(message);
    }
  }

  /** Checks the invariants of all that is mounted. */
  void verify() {
    users.forEach(MountedUsers::verify);
    folders.forEach(CoreFolder::verify);
  }

  @Override
  public void close() {
    folders.forEach(CoreFolder::close);
    for (HugetlbMount mount : hugeMounts) {
      try {
        mount.unmount();
      } catch (ErrnoException busy) {
        throw new IllegalStateException("pages of a mount of hugetlbfs are lost", busy);
      }
    }
    users.forEach(MountedUsers::close);
  }
}
