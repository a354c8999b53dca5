// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.system.FileIdentities;
import dev.vmarea.host.system.FileIdentity;
import dev.vmarea.trace.text.CString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The files and segments that memory calls map: writes who they are before the call's line. */
final class TracedFiles {
  private static final int MOST_REMEMBERED = 1 << 16;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int F_ADD_SEALS = 1033;
  private static final int CLOSE_RANGE_CLOEXEC = 4;

  private record Descriptor(int tgid, int fd) {}

  private final FileIdentities identities = new FileIdentities();
  private final Map<Descriptor, FileIdentity> written = new HashMap<>();
  private final Set<String> segments = new HashSet<>();

  /** By inode: the path told last of each open file, by its number. */
  private final Map<InodeKey, Map<Integer, String>> told = new HashMap<>();

  private final TraceLog log;
  private final Redaction redaction;

  TracedFiles(final TraceLog log, final Redaction redaction) {
    this.log = log;
    this.redaction = redaction;
  }

  /** Whether files can be told apart on this host. */
  boolean comparable() {
    return identities.comparable();
  }

  /** Before a memory call executes; returns the call with the path of the file that it maps. */
  CapturedCall beforeMemoryCall(final Tracee tracee, final CapturedCall call) throws IOException {
    switch (call.call()) {
      case MMAP -> {
        if ((call.arguments()[3] & MAP_ANONYMOUS) == 0 && (int) call.arguments()[4] >= 0) {
          return identified(tracee, call);
        }
      }
      case SHMAT -> segment((int) call.arguments()[0]);
      default -> {}
    }
    return call;
  }

  private CapturedCall identified(final Tracee tracee, final CapturedCall call) throws IOException {
    final int fd = (int) call.arguments()[4];
    final FileIdentity identity = identities.identify(tracee.descriptorOwner(), fd);
    if (identity == null) {
      return call;
    }
    if (!identity.equals(written.put(new Descriptor(tracee.tgid, fd), identity))) {
      log.comment(redaction.identity(identity).comment(tracee.tgid, fd));
      remember(identity);
    }
    final Map<Integer, CapturedCall.Content> contents = new HashMap<>(call.contents());
    contents.put(4, new CapturedCall.File(identity.path()));
    return new CapturedCall(call.call(), call.kind(), call.arguments(), contents);
  }

  /** Writes key and size of a SysV segment; its inode number is its id. */
  private void segment(final int id) throws IOException {
    final Path table = Path.of("/proc/sysvipc/shm");
    if (!Files.isReadable(table)) {
      return;
    }
    for (final String line : Files.readAllLines(table, StandardCharsets.ISO_8859_1)) {
      final String[] fields = line.trim().split(" +", -1);
      if (fields.length > 3 && fields[1].equals(Integer.toString(id))) {
        final String comment =
            "# vmarea shm "
                + id
                + " key=0x"
                + Integer.toHexString(Integer.parseInt(fields[0]))
                + " size="
                + fields[3]
                + " ino="
                + id;
        if (segments.add(comment)) {
          log.comment(comment);
        }
      }
    }
  }

  /** Before a call executes that closes descriptors or changes what they stand for. */
  void beforeContextCall(final Tracee tracee, final CapturedCall call) {
    final long[] arguments = call.arguments();
    final int owner = tracee.descriptorOwner();
    switch (call.call()) {
      case CLOSE -> identities.closing(owner, (int) arguments[0]);
      case DUP2, DUP3 -> {
        if (arguments[0] != arguments[1]) {
          identities.closing(owner, (int) arguments[1]);
        }
      }
      case CLOSE_RANGE -> {
        if ((arguments[2] & CLOSE_RANGE_CLOEXEC) == 0) {
          identities.closingRange(owner, arguments[0] & 0xffff_ffffL, arguments[1] & 0xffff_ffffL);
        }
      }
      default -> {}
    }
  }

  /** After a call that changed what an open file allows. */
  void afterContextCall(final Tracee tracee, final CapturedCall call, final long result) {
    if (result == 0 && call.call() == SystemCall.FCNTL && call.arguments()[1] == F_ADD_SEALS) {
      identities.changed(tracee.descriptorOwner(), (int) call.arguments()[0]);
    }
  }

  /** The path behind a descriptor that a call returned, or null. */
  byte @Nullable [] returned(final Tracee tracee, final CapturedCall call, final long result) {
    if (result < 0) {
      return null;
    }
    final boolean opens =
        switch (call.call()) {
          case OPEN, OPENAT, OPENAT2, CREAT, MEMFD_CREATE, MEMFD_SECRET, DUP, DUP2, DUP3 -> true;
          default -> false;
        };
    if (!opens) {
      return null;
    }
    final byte[] path = identities.pathNow(tracee.descriptorOwner(), (int) result);
    return path.length == 0 ? null : path;
  }

  /**
   * Before a final map: tells the present names of files that it shows under another name than the
   * one told last, because somebody renamed or deleted them. Where files of one inode have several
   * names, which is whose is not known, and nothing is told.
   */
  void named(final List<String> maps) throws IOException {
    final Map<InodeKey, Set<String>> shown = new HashMap<>();
    for (final String line : maps) {
      final MappedName mapped = MappedName.of(line);
      if (mapped != null) {
        shown.computeIfAbsent(mapped.inode, key -> new HashSet<>()).add(mapped.name);
      }
    }
    for (final Map.Entry<InodeKey, Set<String>> entry : shown.entrySet()) {
      final Map<Integer, String> ids = told.getOrDefault(entry.getKey(), Map.of());
      final Set<String> names = entry.getValue();
      if (names.size() != 1 || new HashSet<>(ids.values()).size() > 1) {
        continue;
      }
      final String name = names.iterator().next();
      for (final Map.Entry<Integer, String> file : ids.entrySet()) {
        if (!file.getValue().equals(name)) {
          file.setValue(name);
          final byte[] path = redaction.name(name.getBytes(StandardCharsets.ISO_8859_1));
          log.comment("# vmarea path file=" + file.getKey() + " path=" + CString.quote(path));
        }
      }
    }
  }

  private void remember(final FileIdentity identity) {
    final InodeKey key =
        new InodeKey(identity.deviceMajor(), identity.deviceMinor(), identity.inode());
    told.computeIfAbsent(key, k -> new HashMap<>())
        .put(identity.id(), new String(identity.path(), StandardCharsets.ISO_8859_1));
    if (told.size() > MOST_REMEMBERED) {
      told.clear();
    }
  }

  private record InodeKey(long major, long minor, long number) {}

  /** A line of maps that shows a file. */
  private record MappedName(InodeKey inode, String name) {
    private static final int FIELDS = 6;

    static @Nullable MappedName of(final String line) {
      final String[] fields = line.split(" +", FIELDS);
      if (fields.length < FIELDS || fields[4].equals("0")) {
        return null;
      }
      final String[] device = fields[3].split(":", 2);
      return new MappedName(
          new InodeKey(
              Long.parseLong(device[0], 16),
              Long.parseLong(device[1], 16),
              Long.parseUnsignedLong(fields[4])),
          fields[5].replace("\\012", "\n"));
    }
  }

  /** A child process was made. */
  void forked(final int parent, final int child) {
    identities.forked(parent, child);
  }

  /** The process executed another program. */
  void executed(final int tgid) {
    identities.executed(tgid);
    forget(tgid);
  }

  /** The process is gone. */
  void gone(final int tgid) {
    identities.gone(tgid);
    forget(tgid);
  }

  private void forget(final int tgid) {
    written.keySet().removeIf(descriptor -> descriptor.tgid() == tgid);
  }
}
