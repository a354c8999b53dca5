// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.puppet.Puppet;
import java.io.IOException;

/** A puppet with the files of /proc that tell its memory. */
final class KernelProcess implements AutoCloseable {
  private final Puppet puppet;
  private final int smaps;
  private final int maps;
  private final int status;

  KernelProcess(final Puppet puppet) throws IOException {
    this.puppet = puppet;
    this.smaps = KernelMap.open(puppet.pid(), "smaps");
    this.maps = KernelMap.open(puppet.pid(), "maps");
    this.status = KernelMap.open(puppet.pid(), "status");
  }

  Puppet puppet() {
    return puppet;
  }

  void readInto(final KernelMap map) throws IOException {
    map.read(smaps, status);
  }

  void readWithoutFlagsInto(final KernelMap map) throws IOException {
    map.readWithoutFlags(maps, status);
  }

  @Override
  public void close() {
    NativeCalls.syscall(SystemCall.CLOSE, maps, 0, 0, 0, 0, 0);
    NativeCalls.syscall(SystemCall.CLOSE, smaps, 0, 0, 0, 0, 0);
    NativeCalls.syscall(SystemCall.CLOSE, status, 0, 0, 0, 0, 0);
    puppet.close();
  }
}
