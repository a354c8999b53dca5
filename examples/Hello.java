// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.*;
import dev.vmarea.base.*;
import dev.vmarea.fault.MemoryFault;

void main() throws ErrnoException {
  Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  AddressSpace space = machine.newAddressSpace();
  long at = space.calls().mmap(MapRequest.anonymous(16384));
  space.calls().mprotect(at + 4096, 4096, Prot.READ);
  space.vmas().forEach(IO::println);
  try (Cpu cpu = space.cpu()) {
    cpu.storeLong(at, 42);
    IO.println(cpu.loadLong(at));
    cpu.storeLong(at + 4096, 42);
  } catch (MemoryFault fault) {
    IO.println(fault.getMessage());
  }
}
