// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.nativecalls;

import java.util.Locale;
import java.util.Optional;

/** A processor architecture whose system-call interface is known here. */
public enum Architecture {
  /** 64-bit x86 ({@code AUDIT_ARCH_X86_64}). */
  X86_64(0xC000_003E, "x86_64"),
  /** 64-bit ARM ({@code AUDIT_ARCH_AARCH64}). */
  AARCH64(0xC000_00B7, "aarch64");

  private final int auditArch;
  private final String machine;

  Architecture(final int auditArch, final String machine) {
    this.auditArch = auditArch;
    this.machine = machine;
  }

  /** The value the kernel reports in {@code seccomp_data.arch} and {@code ptrace_syscall_info}. */
  public int auditArch() {
    return auditArch;
  }

  /** The name {@code uname -m} prints. */
  public String machine() {
    return machine;
  }

  /** The architecture this JVM runs on, or empty when its calls are not known here. */
  public static Optional<Architecture> host() {
    return switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> Optional.of(X86_64);
      case "aarch64", "arm64" -> Optional.of(AARCH64);
      default -> Optional.empty();
    };
  }
}
