// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import org.jspecify.annotations.Nullable;

/** A thread of the log: what it shares with whom. */
final class TracedThread {
  final int tid;
  TracedProcess process;
  private DescriptorTable descriptors;
  WorkingDirectory directory;

  /** The memory call that began but did not return yet, or null. */
  @Nullable PendingCall pending;

  /** The clone, fork or vfork that began but did not return yet, or null. */
  @Nullable CloneRequest cloning;

  TracedThread(
      int tid, TracedProcess process, DescriptorTable descriptors, WorkingDirectory directory) {
    this.tid = tid;
    this.process = process;
    this.descriptors = descriptors;
    this.directory = directory;
    descriptors.join();
  }

  DescriptorTable descriptors() {
    return descriptors;
  }

  /** Has a table of its own from now on. */
  void unshareDescriptors() {
    DescriptorTable shared = descriptors;
    descriptors = shared.copy();
    descriptors.join();
    shared.leave();
  }

  /** The thread is gone. */
  void left() {
    descriptors.leave();
  }
}
