// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Unpacks gzip, with a bound on how much comes out of it. */
final class ExpansionGuard extends FilterInputStream {
  private static final long RATIO_COUNTS_FROM = 64L << 20;

  private final Counter packed;
  private final String source;
  private final StraceLimits limits;
  private long unpacked;

  private ExpansionGuard(GZIPInputStream in, Counter packed, String source, StraceLimits limits) {
    super(in);
    this.packed = packed;
    this.source = source;
    this.limits = limits;
  }

  static InputStream unpack(InputStream in, String source, StraceLimits limits) throws IOException {
    Counter packed = new Counter(in);
    return new ExpansionGuard(new GZIPInputStream(packed, 1 << 16), packed, source, limits);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = super.read(b, off, len);
    if (n > 0) {
      unpacked += n;
      if (unpacked > limits.maxExpandedBytes()) {
        throw new IOException(
            source + ": unpacks to more than " + limits.maxExpandedBytes() + " bytes");
      }
      if (unpacked > RATIO_COUNTS_FROM && unpacked / limits.maxExpansion() > packed.bytes) {
        throw new IOException(
            source + ": unpacks to more than " + limits.maxExpansion() + " times its size");
      }
    }
    return n;
  }

  private static final class Counter extends FilterInputStream {
    private long bytes;

    Counter(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int c = super.read();
      if (c >= 0) {
        bytes++;
      }
      return c;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      int n = super.read(b, off, len);
      if (n > 0) {
        bytes += n;
      }
      return n;
    }
  }
}
