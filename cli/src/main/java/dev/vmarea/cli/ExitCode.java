// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

/** What the exit status of the command means; the same for every verb. */
final class ExitCode {
  /** All as expected. */
  static final int OK = 0;

  /** A divergence or a finding. */
  static final int FINDING = 1;

  /** Bad usage, or input that cannot be read. */
  static final int USAGE = 2;

  /** The host lacks something; the message names it and the remedy. */
  static final int HOST = 3;

  /** A defect of vmarea itself (EX_SOFTWARE of sysexits.h). */
  static final int INTERNAL = 70;

  private ExitCode() {}
}
