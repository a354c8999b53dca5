// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells which open file is behind a descriptor of a traced process, over time: two mappings merge
 * only if they map the same open file, and a path opened twice is two open files.
 *
 * <p>A file keeps its number as long as some descriptor of it is known. Descriptors are compared by
 * kcmp, between processes too. Nothing is kept open here: a duplicate in the recorder would hold
 * flock locks, keep deleted files on the disk, make a program just linked "text file busy", and the
 * program would notice. Instead the recorder tells of closings ({@link #closing}), and before the
 * last known descriptor of a mapped file goes, the process is searched for a duplicate of it. What
 * is missed is a descriptor that is only in flight through a socket at that moment.
 *
 * <p>For the tracer's thread only; the process asked about must be stopped.
 */
public final class FileIdentities {
  private static final long KCMP_FILE = 0;
  private static final long KCMP_LESS = 1;
  private static final long KCMP_GREATER = 2;
  private static final int KCMP_FAILED = -2;
  private static final int KCMP_DIFFERENT = 3;

  /** Descriptors of a process that are searched for a duplicate; a bound for odd programs. */
  private static final int MOST_SEARCHED = 4096;

  private final OpenFileFacts facts = new OpenFileFacts();
  private final Map<Descriptor, Known> byDescriptor = new HashMap<>();

  /** Files of one inode, sorted in the order of kcmp. */
  private final Map<Inode, List<Known>> byInode = new HashMap<>();

  private final Map<Integer, Set<Integer>> descriptorsOf = new HashMap<>();
  private int lastId;
  private boolean comparable = true;

  private record Descriptor(int pid, int fd) {}

  private record Inode(long major, long minor, long number) {}

  private static final class Known {
    private FileIdentity identity;
    private final Inode inode;
    private final Set<Descriptor> descriptors = new HashSet<>();

    Known(final FileIdentity identity, final Inode inode) {
      this.identity = identity;
      this.inode = inode;
    }
  }

  /** Whether files can be compared here; false after kcmp was refused. */
  public boolean comparable() {
    return comparable;
  }

  /**
   * The open file behind a descriptor that a call is about to map.
   *
   * @param pid the process (its thread-group id)
   * @return null if the descriptor is not open
   */
  public @Nullable FileIdentity identify(final int pid, final int fd) {
    final OpenFileFacts.Stat stat = facts.stat(pid, fd);
    if (stat == null) {
      forget(new Descriptor(pid, fd));
      return null;
    }
    final Descriptor descriptor = new Descriptor(pid, fd);
    final Inode inode = new Inode(stat.deviceMajor(), stat.deviceMinor(), stat.inode());
    final Known seen = byDescriptor.get(descriptor);
    if (seen != null && seen.inode.equals(inode)) {
      if (seen.identity.size() != stat.size()) {
        seen.identity = seen.identity.withSize(stat.size());
      }
      return seen.identity;
    }
    forget(descriptor);
    final List<Known> sameInode = byInode.computeIfAbsent(inode, key -> new ArrayList<>());
    final int place = search(sameInode, descriptor);
    final Known known;
    if (place >= 0) {
      known = sameInode.get(place);
      known.identity = known.identity.withSize(stat.size());
    } else {
      lastId++;
      known = new Known(facts.read(lastId, pid, fd, stat, comparable), inode);
      sameInode.add(-place - 1, known);
    }
    remember(descriptor, known);
    return known.identity;
  }

  /** The file behind the descriptor was changed in what its identity tells, such as its seals. */
  public void changed(final int pid, final int fd) {
    final Known known = byDescriptor.get(new Descriptor(pid, fd));
    final OpenFileFacts.Stat stat = facts.stat(pid, fd);
    if (known != null && stat != null) {
      known.identity = facts.read(known.identity.id(), pid, fd, stat, comparable);
    }
  }

  /** Whether this descriptor's identity is known and was not lost since. */
  public boolean known(final int pid, final int fd) {
    return byDescriptor.containsKey(new Descriptor(pid, fd));
  }

  /**
   * The path of the file behind a descriptor as the kernel shows it now; empty if it is not open.
   */
  public byte[] pathNow(final int pid, final int fd) {
    return facts.path(pid, fd);
  }

  /**
   * Before a call executes that closes the descriptor, or replaces it (dup2). Should the call fail,
   * nothing is lost but a number.
   */
  public void closing(final int pid, final int fd) {
    final Descriptor descriptor = new Descriptor(pid, fd);
    final Known known = byDescriptor.get(descriptor);
    if (known == null) {
      return;
    }
    if (known.descriptors.size() == 1 && comparable) {
      final Descriptor duplicate = duplicateOf(descriptor, known.inode);
      if (duplicate != null) {
        remember(duplicate, known);
      }
    }
    forget(descriptor);
  }

  /** Like {@link #closing} for the descriptors first to last, both included. */
  public void closingRange(final int pid, final long first, final long last) {
    for (final int fd : List.copyOf(descriptorsOf.getOrDefault(pid, Set.of()))) {
      if (Integer.toUnsignedLong(fd) >= first && Integer.toUnsignedLong(fd) <= last) {
        closing(pid, fd);
      }
    }
  }

  /** A child was born with copies of the parent's descriptors. */
  public void forked(final int parent, final int child) {
    gone(child);
    for (final int fd : List.copyOf(descriptorsOf.getOrDefault(parent, Set.of()))) {
      final Known known = byDescriptor.get(new Descriptor(parent, fd));
      if (known != null) {
        remember(new Descriptor(child, fd), known);
      }
    }
  }

  /**
   * The process executed another program: some descriptors are closed, and nothing is mapped that
   * could merge, so all are forgotten.
   */
  public void executed(final int pid) {
    gone(pid);
  }

  /** The process is gone. */
  public void gone(final int pid) {
    for (final int fd : List.copyOf(descriptorsOf.getOrDefault(pid, Set.of()))) {
      forget(new Descriptor(pid, fd));
    }
  }

  private void remember(final Descriptor descriptor, final Known known) {
    byDescriptor.put(descriptor, known);
    known.descriptors.add(descriptor);
    descriptorsOf.computeIfAbsent(descriptor.pid, key -> new HashSet<>()).add(descriptor.fd);
  }

  private void forget(final Descriptor descriptor) {
    final Known known = byDescriptor.remove(descriptor);
    if (known == null) {
      return;
    }
    final Set<Integer> ofProcess = descriptorsOf.get(descriptor.pid);
    if (ofProcess != null) {
      ofProcess.remove(descriptor.fd);
      if (ofProcess.isEmpty()) {
        descriptorsOf.remove(descriptor.pid);
      }
    }
    known.descriptors.remove(descriptor);
    final List<Known> sameInode = byInode.get(known.inode);
    if (known.descriptors.isEmpty() && sameInode != null) {
      sameInode.remove(known);
      if (sameInode.isEmpty()) {
        byInode.remove(known.inode);
      }
    }
  }

  /**
   * The place of the descriptor's file in the sorted list, or minus the place to insert, minus 1.
   */
  private int search(final List<Known> sorted, final Descriptor descriptor) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      final int middle = (low + high) >>> 1;
      switch (compare(descriptor, sorted.get(middle).descriptors.iterator().next())) {
        case 0 -> {
          return middle;
        }
        case (int) KCMP_LESS -> high = middle;
        case (int) KCMP_GREATER -> low = middle + 1;
        default -> {
          return linearSearch(sorted, descriptor);
        }
      }
    }
    return -low - 1;
  }

  /** Where the kernel does not tell an order. */
  private int linearSearch(final List<Known> files, final Descriptor descriptor) {
    for (int i = 0; i < files.size(); i++) {
      if (compare(descriptor, files.get(i).descriptors.iterator().next()) == 0) {
        return i;
      }
    }
    return -files.size() - 1;
  }

  private int compare(final Descriptor a, final Descriptor b) {
    if (!comparable) {
      return KCMP_DIFFERENT;
    }
    final long order = NativeCalls.syscall(SystemCall.KCMP, a.pid, b.pid, KCMP_FILE, a.fd, b.fd, 0);
    if (order == -1 || order == -38) {
      comparable = false;
    }
    return order < 0 ? KCMP_FAILED : (int) order;
  }

  private @Nullable Descriptor duplicateOf(final Descriptor descriptor, final Inode inode) {
    final Path directory = Path.of("/proc/" + descriptor.pid + "/fd");
    int searched = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (final Path entry : entries) {
        final int fd = Integer.parseInt(entry.getFileName().toString());
        final OpenFileFacts.Stat stat = facts.stat(descriptor.pid, fd);
        searched++;
        if (searched > MOST_SEARCHED) {
          return null;
        }
        if (fd != descriptor.fd
            && stat != null
            && inode.equals(new Inode(stat.deviceMajor(), stat.deviceMinor(), stat.inode()))
            && compare(descriptor, new Descriptor(descriptor.pid, fd)) == 0) {
          return new Descriptor(descriptor.pid, fd);
        }
      }
    } catch (final IOException | DirectoryIteratorException | NumberFormatException gone) {
      return null;
    }
    return null;
  }
}
