// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

/** What comes of a load or a store, as the result of a {@link Verb#READ} or {@link Verb#WRITE}. */
public final class Touch {
  /** The page could be had. A load whose contents are compared has the byte as its result. */
  public static final long DONE = 0;

  /** SIGSEGV: nothing is mapped there ({@code SEGV_MAPERR}). */
  public static final long NOT_MAPPED = -5001;

  /** SIGSEGV: the access is not allowed ({@code SEGV_ACCERR}). */
  public static final long NOT_ALLOWED = -5002;

  /** SIGBUS: mapped, but behind the end of the file. */
  public static final long NO_PAGE = -5003;

  /** A load that was made, of a byte that the model cannot know. */
  public static final long UNKNOWN = 256;

  private Touch() {}

  /** Whether a result is one of the three signals. */
  public static boolean isSignal(long result) {
    return result <= NOT_MAPPED && result >= NO_PAGE;
  }

  /** A result in words. */
  public static String text(long result) {
    if (result == DONE) {
      return "done";
    } else if (result == NOT_MAPPED) {
      return "SIGSEGV (SEGV_MAPERR)";
    } else if (result == NOT_ALLOWED) {
      return "SIGSEGV (SEGV_ACCERR)";
    } else if (result == NO_PAGE) {
      return "SIGBUS";
    }
    return Long.toString(result);
  }
}
