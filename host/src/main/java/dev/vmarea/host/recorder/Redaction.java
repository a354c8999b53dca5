// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.system.FileIdentity;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Replaces file names, the same by the same, so that a recording can be handed on. What a name
 * tells about the kind of a mapping ({@code [heap]}, {@code /memfd:}, {@code (deleted)}) stays.
 */
final class Redaction {
  private static final String DELETED = " (deleted)";
  private static final List<String> KINDS =
      List.of(
          "/memfd:", "/SYSV", "/dev/zero", "/[aio]", "/dev/", "anon_inode:", "socket:", "pipe:");

  /** Column at which maps lines have their name. */
  private static final int NAME_FIELD = 5;

  private final boolean active;
  private final Map<String, String> replacements = new HashMap<>();

  Redaction(final boolean active) {
    this.active = active;
  }

  /** Whether names are replaced at all. */
  boolean active() {
    return active;
  }

  /** The name to write for a file name. */
  byte[] name(final byte[] path) {
    return active ? bytes(name(new String(path, StandardCharsets.ISO_8859_1))) : path;
  }

  private String name(final String path) {
    if (!active || path.isEmpty() || path.startsWith("[")) {
      return path;
    }
    final boolean deleted = path.endsWith(DELETED);
    final String base = deleted ? path.substring(0, path.length() - DELETED.length()) : path;
    return replacement(base.replace("\n", "\\012")) + (deleted ? DELETED : "");
  }

  private String replacement(final String base) {
    for (final String kind : KINDS) {
      if (base.startsWith(kind)) {
        return kind.equals("/memfd:")
            ? kind + numbered("name", base.substring(kind.length()))
            : base;
      }
    }
    return numbered("/file", base);
  }

  private String numbered(final String prefix, final String name) {
    return replacements.computeIfAbsent(name, _ -> prefix + "-" + (replacements.size() + 1));
  }

  /** The identity with its path replaced. */
  FileIdentity identity(final FileIdentity identity) {
    return active
        ? new FileIdentity(
            identity.id(),
            identity.deviceMajor(),
            identity.deviceMinor(),
            identity.inode(),
            identity.fileSystem(),
            identity.flags(),
            identity.seals(),
            identity.noexec(),
            name(identity.path()),
            identity.type(),
            identity.size(),
            identity.exact())
        : identity;
  }

  /** A line of maps with its name replaced. */
  String mapsLine(final String line) {
    if (!active) {
      return line;
    }
    int at = 0;
    for (int field = 0; field < NAME_FIELD; field++) {
      while (at < line.length() && line.charAt(at) != ' ') {
        at++;
      }
      while (at < line.length() && line.charAt(at) == ' ') {
        at++;
      }
    }
    return line.substring(0, at) + name(line.substring(at));
  }

  /** The call with its file names replaced; of a program's arguments only their number stays. */
  CapturedCall apply(final CapturedCall call) {
    if (!active || call.contents().isEmpty()) {
      return call;
    }
    final Map<Integer, CapturedCall.Content> contents = new HashMap<>();
    call.contents()
        .forEach((index, content) ->
            contents.put(
                index,
                switch (content) {
                  case CapturedCall.Text text when namesFile(call) ->
                      new CapturedCall.Text(name(text.bytes()), text.cut());
                  case CapturedCall.Texts texts ->
                      new CapturedCall.Texts(
                          texts.strings().stream().map(_ -> bytes("redacted")).toList(),
                          texts.cut());
                  case CapturedCall.File file -> new CapturedCall.File(name(file.path()));
                  default -> content;
                }));
    return new CapturedCall(call.call(), call.kind(), call.arguments(), contents);
  }

  private static boolean namesFile(final CapturedCall call) {
    return switch (call.call()) {
      case PRCTL -> false;
      default -> true;
    };
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
