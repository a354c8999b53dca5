// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import org.jspecify.annotations.Nullable;

/** A traced thread. */
final class Tracee {
  /** Its id; an exec makes it the leader's. */
  int tid;

  /** Its process. */
  final int tgid;

  /** The address space it uses. */
  TracedSpace space;

  /** The call it is in, from the entry stop to the exit stop. */
  @Nullable CapturedCall call;

  /** Whether it has passed its exit stop. */
  boolean ending;

  /** Whether the process's first thread is gone, while this one goes on. */
  boolean leaderGone;

  Tracee(final int tid, final int tgid, final TracedSpace space) {
    this.tid = tid;
    this.tgid = tgid;
    this.space = space;
  }

  /** Whom to ask about descriptors: a process whose leader is gone shows none. */
  int descriptorOwner() {
    return leaderGone ? tid : tgid;
  }
}
