// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.puppet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The program of a puppet: a static x86-64 ELF file of one page, mapped at {@link #BASE}, readable
 * and executable. It has no data: what its system calls point to stands behind its code, so that
 * its memory is what the calls make of it.
 */
public final class PuppetImage {
  /** Where the page is mapped. */
  public static final long BASE = 0x400000;

  /** Length of the image in bytes: one page. */
  public static final int BYTES = 4096;

  private static final int ELF_HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int CODE = 0x100;
  private static final int DATA = 0x200;
  private static final short EXECUTABLE = 2;
  private static final short X86_64 = 62;
  private static final int PT_LOAD = 1;
  private static final int PT_GNU_STACK = 0x6474e551;
  private static final int READ_EXECUTE = 5;
  private static final int READ_WRITE = 6;
  private static final long SIG_IGN = 1;

  private static final byte[] SYSCALL = {0x0f, 0x05, (byte) 0xcc};
  private static final byte[] LOAD = {(byte) 0x8a, 0x07, (byte) 0xcc};
  private static final byte[] STORE = {(byte) 0x88, 0x07, (byte) 0xcc};

  // prctl(PR_SET_PDEATHSIG, SIGKILL); for (;;) pause();
  private static final byte[] WAIT = {
    (byte) 0xb8,
    (byte) 157,
    0,
    0,
    0, // mov eax, 157
    (byte) 0xbf,
    1,
    0,
    0,
    0, // mov edi, 1
    (byte) 0xbe,
    9,
    0,
    0,
    0, // mov esi, 9
    0x0f,
    0x05, // syscall
    (byte) 0xb8,
    34,
    0,
    0,
    0, // mov eax, 34
    0x0f,
    0x05, // syscall
    (byte) 0xeb,
    (byte) 0xf7 // jmp back to the second mov eax
  };

  private static final int STUB_SPACING = 16;

  /** {@code syscall; int3}. */
  public static final long SYSCALL_STUB = BASE + CODE;

  /** {@code mov al, [rdi]; int3}. */
  public static final long LOAD_STUB = SYSCALL_STUB + STUB_SPACING;

  /** {@code mov [rdi], al; int3}. */
  public static final long STORE_STUB = LOAD_STUB + STUB_SPACING;

  private static final long START = STORE_STUB + STUB_SPACING;

  private final ByteBuffer image = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final long ignoreAction;
  private int end = DATA;

  /** An image without data of its user's. */
  public PuppetImage() {
    header();
    image.put((int) (SYSCALL_STUB - BASE), SYSCALL);
    image.put((int) (LOAD_STUB - BASE), LOAD);
    image.put((int) (STORE_STUB - BASE), STORE);
    image.put((int) (START - BASE), WAIT);
    ignoreAction = words(SIG_IGN, 0, 0, 0);
  }

  /** The address of a {@code struct sigaction} that ignores a signal. */
  long ignoreAction() {
    return ignoreAction;
  }

  private void header() {
    image.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).position(16);
    image.putShort(EXECUTABLE).putShort(X86_64).putInt(1).putLong(START);
    image.putLong(ELF_HEADER_BYTES).putLong(0).putInt(0);
    image.putShort((short) ELF_HEADER_BYTES).putShort((short) PROGRAM_HEADER_BYTES);
    image.putShort((short) 2).position(ELF_HEADER_BYTES);
    image.putInt(PT_LOAD).putInt(READ_EXECUTE).putLong(0).putLong(BASE).putLong(BASE);
    image.putLong(BYTES).putLong(BYTES).putLong(BYTES);
    // without this header the stack would be executable
    image.putInt(PT_GNU_STACK).putInt(READ_WRITE).putLong(0).putLong(0).putLong(0);
    image.putLong(0).putLong(0).putLong(STUB_SPACING);
  }

  /**
   * Adds bytes that system calls can point to.
   *
   * @return the address of the first one in the puppet
   * @throws IllegalStateException if the page is full
   */
  public long data(final byte[] bytes) {
    final int at = end + 7 & ~7;
    if (at + bytes.length > BYTES) {
      throw new IllegalStateException("the puppet's page is full: bytes=" + bytes.length);
    }
    image.put(at, bytes);
    end = at + bytes.length;
    return BASE + at;
  }

  /** Adds a C string; its address. */
  public long string(final String text) {
    return data((text + '\0').getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Adds 64-bit words; the address of the first. */
  public long words(final long... words) {
    final ByteBuffer bytes =
        ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (final long word : words) {
      bytes.putLong(word);
    }
    return data(bytes.array());
  }

  /** The file. */
  public byte[] toBytes() {
    return image.array().clone();
  }
}
