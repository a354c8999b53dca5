// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import dev.vmarea.trace.text.CString;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads maps and smaps of any kernel, plain or gzip, straight into columns: no object a line or a
 * field. What is cut off inside an area loses that area and says so; what makes no sense in between
 * is refused. Not thread-safe.
 */
public final class SnapshotReader {
  private static final int EXCERPT = 60;
  private static final int GZIP_MAGIC = 0x1f8b;

  private final ByteLines lines;
  private final String source;
  private final SnapshotBuilder areas;
  private final AreaHead head;
  private boolean hasFields;
  private boolean flagsMissing;
  private boolean hasFlags;
  private final AreaFields fields = new AreaFields();
  private Open open = Open.NOTHING;

  /** Whose fields may follow. */
  private enum Open {
    NOTHING,
    AREA,
    /** The legacy page, which is no area. */
    VSYSCALL
  }

  private SnapshotReader(InputStream in, SnapshotOrigin origin) {
    this.lines = new ByteLines(in);
    this.source = origin.source();
    this.areas = new SnapshotBuilder(origin);
    this.head = new AreaHead(areas);
  }

  /**
   * Reads a file.
   *
   * @throws SnapshotException if it is none, saying where
   */
  public static Snapshot read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, SnapshotOrigin.of(file.toString(), Detail.MAPS));
    }
  }

  /**
   * Reads a stream to its end; does not close it.
   *
   * @param origin what is known of it; its detail is found out
   * @throws SnapshotException if it is none, saying where
   */
  public static Snapshot read(InputStream in, SnapshotOrigin origin) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, 16);
    buffered.mark(2);
    int magic = buffered.read() << 8 | buffered.read();
    buffered.reset();
    InputStream plain = magic == GZIP_MAGIC ? new GZIPInputStream(buffered, 1 << 16) : buffered;
    return new SnapshotReader(plain, origin).read();
  }

  private Snapshot read() throws IOException {
    try {
      while (lines.next()) {
        if (!line()) {
          break;
        }
      }
    } catch (EOFException | ZipException cut) {
      cutOff("the compressed data end early");
    }
    if (open == Open.AREA && hasFlags && !fields.hasFlags()) {
      cutOff("the last area lacks its VmFlags");
    }
    close();
    if (areas.size() == 0) {
      throw SnapshotException.empty(
          source
              + ": no area in it (an empty file, a thread of the kernel, or a process that has"
              + " ended)");
    }
    SnapshotOrigin origin = areas.origin().with(hasFields ? Detail.SMAPS : Detail.MAPS);
    if (hasFields && flagsMissing) {
      origin =
          origin
              .with(Detail.MAPS)
              .noting(
                  "The kernel printed no VmFlags, so flags are known only as far as maps tells.");
    }
    areas.origin(origin);
    return areas.build();
  }

  /** One line; false at one that is cut off. */
  private boolean line() throws SnapshotException {
    byte[] b = lines.bytes();
    int from = lines.from();
    int to = lines.to();
    boolean isField = from < to && b[from] >= 'A' && b[from] <= 'Z';
    if (!lines.isComplete()) {
      // smaps prints VmFlags last; without them an area may have lost some of its fields.
      cutOff("the text ends inside line " + lines.number());
      return false;
    }
    if (isField) {
      if (open == Open.NOTHING) {
        throw error("a field before the first area");
      }
      hasFields = true;
      if (!fields.add(b, from, to)) {
        throw error("a field expected, NAME: NUMBER kB");
      }
      return true;
    }
    close();
    String wrong = head.add(b, from, to);
    if (wrong != null) {
      throw error(wrong);
    }
    open = head.isVsyscall() ? Open.VSYSCALL : Open.AREA;
    return true;
  }

  private void close() throws SnapshotException {
    if (open == Open.AREA) {
      if (hasFields && fields.isEmpty()) {
        throw error("an area without fields before");
      }
      if (!fields.isEmpty()) {
        areas.pages(fields.anonymousPages(), fields.residentPages());
        if (fields.hasFlags()) {
          hasFlags = true;
          areas.flags(fields.flags());
        } else {
          flagsMissing = true;
        }
      }
    }
    fields.clear();
    open = Open.NOTHING;
  }

  private void cutOff(String how) {
    boolean lost = open == Open.AREA && hasFields && !fields.hasFlags();
    if (lost) {
      areas.dropLast();
      open = Open.NOTHING;
      fields.clear();
    }
    areas.origin(
        areas
            .origin()
            .noting(
                "The source is incomplete: "
                    + how
                    + (lost ? "; its last area is left out." : "; what follows is not known.")));
  }

  private SnapshotException error(String what) {
    byte[] b = lines.bytes();
    return new SnapshotException(
        source
            + ":"
            + lines.number()
            + ": "
            + what
            + ": \""
            + CString.excerpt(b, lines.from(), lines.to(), EXCERPT)
            + "\"");
  }
}
