// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of a program stand in its address space, and the limits that bear on mappings.
 * Addresses in bytes; limits are the soft ones in bytes, -1 for unlimited.
 *
 * @param programBreak the break just after execve, when it equals start_brk; the kernel shows the
 *     current one nowhere
 * @param capabilities the effective set
 */
public record ProcessLayout(
    long startCode,
    long endCode,
    long startData,
    long endData,
    long startBrk,
    long programBreak,
    long startStack,
    long argStart,
    long argEnd,
    long envStart,
    long envEnd,
    long limitStack,
    long limitAddressSpace,
    long limitData,
    long limitMemlock,
    long capabilities,
    long personality) {

  // numbers of fields in proc_pid_stat(5), counted from 1; the state is the third
  private static final int STATE_FIELD = 3;
  private static final int START_CODE = 26;
  private static final int END_CODE = 27;
  private static final int START_STACK = 28;
  private static final int START_DATA = 45;
  private static final int END_DATA = 46;
  private static final int START_BRK = 47;
  private static final int ARG_START = 48;
  private static final int ARG_END = 49;
  private static final int ENV_START = 50;
  private static final int ENV_END = 51;

  /** Reads the layout of a process, best at its exec stop, or null if it is gone. */
  public static @Nullable ProcessLayout read(final int pid) {
    final byte[] stat = ProcessInfo.readOrNull(pid, "stat");
    if (stat == null) {
      return null;
    }
    final List<String> fields = fieldsAfterName(stat);
    if (fields.size() <= ENV_END - STATE_FIELD) {
      return null;
    }
    final String limits = ProcText.read("/proc/" + pid + "/limits");
    final String status = ProcText.read("/proc/" + pid + "/status");
    final String personality = ProcText.read("/proc/" + pid + "/personality");
    return new ProcessLayout(
        number(fields, START_CODE),
        number(fields, END_CODE),
        number(fields, START_DATA),
        number(fields, END_DATA),
        number(fields, START_BRK),
        number(fields, START_BRK),
        number(fields, START_STACK),
        number(fields, ARG_START),
        number(fields, ARG_END),
        number(fields, ENV_START),
        number(fields, ENV_END),
        limit(limits, "Max stack size"),
        limit(limits, "Max address space"),
        limit(limits, "Max data size"),
        limit(limits, "Max locked memory"),
        hexLine(status, "CapEff:"),
        personality.isEmpty() ? 0 : Long.parseUnsignedLong(personality, 16));
  }

  /** Effective capabilities of a thread now, or nothing if it is gone. */
  public static OptionalLong effectiveCapabilities(final int tid) {
    final String status = ProcText.read("/proc/" + tid + "/status");
    return status.isEmpty() ? OptionalLong.empty() : OptionalLong.of(hexLine(status, "CapEff:"));
  }

  /** The comment line of a recording that carries this layout. */
  public String comment(final int pid) {
    return "# vmarea layout "
        + pid
        + hex("start_code", startCode)
        + hex("end_code", endCode)
        + hex("start_data", startData)
        + hex("end_data", endData)
        + hex("start_brk", startBrk)
        + hex("brk", programBreak)
        + hex("start_stack", startStack)
        + hex("arg_start", argStart)
        + hex("arg_end", argEnd)
        + hex("env_start", envStart)
        + hex("env_end", envEnd)
        + " rlimit_stack="
        + limitStack
        + " rlimit_as="
        + limitAddressSpace
        + " rlimit_data="
        + limitData
        + " rlimit_memlock="
        + limitMemlock
        + hex("caps", capabilities)
        + hex("personality", personality);
  }

  private static String hex(final String name, final long value) {
    return " " + name + "=0x" + Long.toHexString(value);
  }

  /** The name may hold blanks and parentheses: the fields begin behind the last parenthesis. */
  private static List<String> fieldsAfterName(final byte[] stat) {
    final String text = new String(stat, StandardCharsets.ISO_8859_1).strip();
    return List.of(text.substring(text.lastIndexOf(')') + 1).strip().split(" ", -1));
  }

  private static long number(final List<String> fields, final int field) {
    return Long.parseUnsignedLong(fields.get(field - STATE_FIELD));
  }

  static long limit(final String limits, final String label) {
    return limits
        .lines()
        .filter(line -> line.startsWith(label))
        .map(line -> line.substring(label.length()).strip().split("\\s+", 2)[0])
        .findFirst()
        .filter(value -> !"unlimited".equals(value))
        .map(Long::parseUnsignedLong)
        .orElse(-1L);
  }

  private static long hexLine(final String status, final String label) {
    return status
        .lines()
        .filter(line -> line.startsWith(label))
        .findFirst()
        .map(line -> Long.parseUnsignedLong(line.substring(label.length()).strip(), 16))
        .orElse(0L);
  }
}
