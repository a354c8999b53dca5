// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.tracing;

import dev.vmarea.host.nativecalls.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A seccomp filter as classic BPF: the calls listed stop the program for its tracer, all others run
 * at full speed. Calls of another architecture (32-bit code) always stop, so that they are noticed.
 */
public final class SeccompFilter {
  private static final int LOAD_WORD = 0x20;
  private static final int JUMP_EQUAL = 0x15;
  private static final int JUMP_GREATER_OR_EQUAL = 0x35;
  private static final int RETURN = 0x06;
  private static final int ALLOW = 0x7fff_0000;
  private static final int TRACE = 0x7ff0_0000;
  private static final int OFFSET_NUMBER = 0;
  private static final int OFFSET_ARCH = 4;
  private static final int OFFSET_ARGUMENTS = 16;
  private static final int INSTRUCTION_BYTES = 8;
  private static final int LINEAR = 8;
  private static final int X32_BIT = 0x4000_0000;

  private final List<long[]> program = new ArrayList<>();

  private SeccompFilter() {}

  /**
   * One call to be traced.
   *
   * @param number its number
   * @param argument the index of the argument that decides, or -1 to trace the call always
   * @param values the low 32 bits of that argument with which the call is traced
   */
  public record Rule(long number, int argument, List<Integer> values) {}

  /**
   * Builds the program.
   *
   * @return instructions of eight bytes each, in native order ({@code struct sock_filter})
   */
  public static byte[] program(final Architecture architecture, final List<Rule> rules) {
    final SeccompFilter filter = new SeccompFilter();
    filter.emit(LOAD_WORD, 0, 0, OFFSET_ARCH);
    filter.emit(JUMP_EQUAL, 1, 0, architecture.auditArch());
    filter.emit(RETURN, 0, 0, TRACE);
    filter.emit(LOAD_WORD, 0, 0, OFFSET_NUMBER);
    if (architecture == Architecture.X86_64) {
      filter.emit(JUMP_GREATER_OR_EQUAL, 0, 1, X32_BIT);
      filter.emit(RETURN, 0, 0, TRACE);
    }
    final List<Rule> sorted = new ArrayList<>(rules);
    sorted.sort(Comparator.comparingLong(Rule::number));
    filter.search(sorted);
    return filter.bytes();
  }

  /** A binary search over the numbers: the calls of a busy program should cost few steps. */
  private void search(final List<Rule> sorted) {
    if (sorted.size() <= LINEAR) {
      for (final Rule rule : sorted) {
        final List<long[]> body = body(rule);
        emit(JUMP_EQUAL, 0, body.size(), rule.number());
        program.addAll(body);
      }
      emit(RETURN, 0, 0, ALLOW);
      return;
    }
    final int middle = sorted.size() / 2;
    final SeccompFilter low = new SeccompFilter();
    low.search(sorted.subList(0, middle));
    // conditional jumps reach 255 instructions only, so the lower half is skipped by a plain jump
    emit(JUMP_GREATER_OR_EQUAL, 0, 1, sorted.get(middle).number());
    emit(0x05, 0, 0, low.program.size());
    program.addAll(low.program);
    search(sorted.subList(middle, sorted.size()));
  }

  private static List<long[]> body(final Rule rule) {
    final SeccompFilter body = new SeccompFilter();
    if (rule.argument() >= 0) {
      body.emit(LOAD_WORD, 0, 0, lowHalf(rule.argument()));
      for (int i = 0; i < rule.values().size(); i++) {
        body.emit(JUMP_EQUAL, rule.values().size() - i, 0, rule.values().get(i));
      }
      body.emit(RETURN, 0, 0, ALLOW);
    }
    body.emit(RETURN, 0, 0, TRACE);
    return body.program;
  }

  private static int lowHalf(final int argument) {
    return OFFSET_ARGUMENTS
        + argument * Long.BYTES
        + (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? Integer.BYTES : 0);
  }

  private void emit(final int code, final int ifTrue, final int ifFalse, final long constant) {
    program.add(new long[] {code, ifTrue, ifFalse, constant});
  }

  private byte[] bytes() {
    final ByteBuffer bytes =
        ByteBuffer.allocate(program.size() * INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
    for (final long[] instruction : program) {
      bytes.putShort((short) instruction[0]);
      bytes.put((byte) instruction[1]);
      bytes.put((byte) instruction[2]);
      bytes.putInt((int) instruction[3]);
    }
    return bytes.array();
  }
}
