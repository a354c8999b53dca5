// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The numbers of calls beside the headers of the host, where it has them. */
class MemoryCallTest {
  private static final Pattern NUMBER =
      Pattern.compile("#\\s*define\\s+__NR(?:3264)?_(\\w+)\\s+(\\d+)\\s*");
  private static final List<Path> X86 =
      List.of(
          Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
          Path.of("/usr/include/asm/unistd_64.h"),
          Path.of("/usr/include/asm-x86/unistd_64.h"));
  private static final List<Path> GENERIC = List.of(Path.of("/usr/include/asm-generic/unistd.h"));

  /** Calls that came after the oldest headers this runs with. */
  private static final int RECENT = 450;

  private static Map<String, Integer> numbers(List<Path> headers) throws IOException {
    Path found = headers.stream().filter(Files::isReadable).findFirst().orElse(null);
    if (found == null) {
      abort("no kernel headers here, none of " + headers);
    }
    Map<String, Integer> numbers = new HashMap<>();
    for (String line : Files.readAllLines(found, StandardCharsets.ISO_8859_1)) {
      Matcher matcher = NUMBER.matcher(line);
      if (matcher.matches()) {
        numbers.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
      }
    }
    return numbers;
  }

  private static void compare(SyscallAbi abi, List<Path> headers) throws IOException {
    Map<String, Integer> theirs = numbers(headers);
    int compared = 0;
    for (MemoryCall call : MemoryCall.values()) {
      Integer number = theirs.get(call.callName());
      if (number == null) {
        assertThat(abi.number(call)).as("%s is missing", call).isGreaterThanOrEqualTo(RECENT);
      } else {
        assertThat(abi.number(call)).as(call.callName()).isEqualTo(number);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(25);
  }

  @Test
  void numbersOfX86() throws Exception {
    compare(SyscallAbi.X86_64, X86);
  }

  @Test
  void genericNumbers() throws Exception {
    compare(SyscallAbi.AARCH64, GENERIC);
    compare(SyscallAbi.RISCV64, GENERIC);
  }

  @Test
  void everyNumberMeansOneCall() {
    for (SyscallAbi abi : SyscallAbi.values()) {
      for (MemoryCall call : MemoryCall.values()) {
        assertThat(abi.call(abi.number(call))).isEqualTo(call);
      }
    }
  }
}
