// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

/**
 * A call whose result in the model is not the one in the log.
 *
 * @param line line of the log that holds the result, from 1
 * @param pid the thread that called, 0 if the log does not tell
 * @param call the call as the log shows it, without its result
 * @param expected the result in the log: what the kernel did
 * @param actual the result of the model
 * @param kind in what way they differ
 */
public record Divergence(
    long line, int pid, String call, String expected, String actual, Kind kind) {

  /** In what way two results differ. */
  public enum Kind {
    /** Both succeeded, at different addresses. */
    ADDRESS,
    /** Both succeeded, with different values. */
    VALUE,
    /** Both failed, with different errors. */
    ERRNO,
    /** The kernel succeeded, the model failed. */
    MODEL_FAILED,
    /** The kernel failed, the model succeeded. */
    MODEL_SUCCEEDED
  }
}
