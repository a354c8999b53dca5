// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.drivers.ground.Act;

/** What acts are called in sentences. */
public final class ActName {
  private ActName() {}

  /** The call's name. */
  public static String of(Act act) {
    return switch (act) {
      case Act.Open one -> "open";
      case Act.Close one -> "close";
      case Act.Map one -> one.handle() == Act.ANONYMOUS ? "anonymous mmap" : "mmap";
      case Act.Attach one -> "shmat";
      case Act.Detach one -> "shmdt";
      case Act.Unmap one -> "munmap";
      case Act.Protect one -> "mprotect";
      case Act.Move one -> "mremap";
      case Act.Advise one -> "madvise";
      case Act.Lock one -> "mlock";
      case Act.Unlock one -> "munlock";
      case Act.Fork one -> "fork";
      case Act.Exit one -> "exit";
      case Act.Load one -> "a load";
      case Act.Store one -> "a store";
      case Act.Control one -> "\"" + one.words() + "\"";
      case Act.Unlink one -> "unlink";
      case Act.Truncate one -> "ftruncate";
      case Act.PunchHole one -> "a hole";
      case Act.Write one -> "write";
      case Act.Failing one -> of(one.act());
    };
  }
}
