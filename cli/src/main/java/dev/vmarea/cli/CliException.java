// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

/**
 * A verb cannot go on, for a reason the user can act on. The command prints the message as one line
 * and ends with the exit code.
 */
final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CliException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** Bad usage, or input that cannot be read: exit code 2. */
  static CliException usage(String message) {
    return new CliException(ExitCode.USAGE, message);
  }

  /** The host lacks something: exit code 3. */
  static CliException host(String missing, String remedy) {
    return new CliException(ExitCode.HOST, missing + "\n" + remedy);
  }

  int exitCode() {
    return exitCode;
  }
}
