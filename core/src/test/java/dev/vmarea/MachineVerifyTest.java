// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.vma.OpenFile;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** {@link Machine#verify} finds frames that are held too often, too rarely, or free. */
class MachineVerifyTest {
  private final HookLab lab = new HookLab(Profile.LINUX_6_18);
  private final OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(4));

  private KernelPage touch(long page) {
    try (Cpu cpu = lab.space.cpu()) {
      cpu.storeByte(lab.at(page), (byte) 1);
    }
    return Objects.requireNonNull(lab.machine.kernel().memory().page(lab.pfn(page)));
  }

  @Test
  void whatIsSharedIsCountedByEachHolder() throws Exception {
    lab.anonymous(0, 2);
    lab.shared(file, 2, 4);
    touch(0);
    touch(2);
    try (Cpu cpu = lab.space.cpu()) {
      cpu.loadByte(lab.at(1)); // the page of zeroes
    }
    lab.machine.verify();
    AddressSpace child = lab.space.fork(lab.space.task().copy());
    lab.machine.verify();
    child.exit();
    lab.space.exit();
    lab.machine.verify();
    file.inode().truncate(0);
    lab.machine.verify();
  }

  @Test
  void aReferenceThatNobodyHoldsIsFound() {
    lab.anonymous(0, 1);
    KernelPage page = touch(0);
    page.get();

    assertThatThrownBy(lab.machine::verify)
        .hasMessage("pfn %x: references are 2, held 1 times", page.pfn());

    page.put();
    lab.machine.verify();
  }

  @Test
  void aMappedFrameThatIsFreeIsFound() {
    lab.anonymous(0, 1);
    KernelPage page = touch(0);
    page.put();

    assertThatThrownBy(lab.machine::verify)
        .hasMessage("pfn %x: free, but held 1 times", page.pfn());
  }

  @Test
  void aPageOfAFileThatLostAReferenceIsFound() {
    lab.shared(file, 2, 4);
    KernelPage page = touch(3);
    page.put();

    assertThatThrownBy(lab.machine::verify)
        .hasMessage("pfn %x: references are 1, held 2 times", page.pfn());
  }

  @Test
  void aFrameThatNobodyKnowsIsFound() throws Exception {
    KernelPage lost = lab.machine.kernel().memory().allocatePage(KernelPage.Kind.ANONYMOUS);

    assertThatThrownBy(lab.machine::verify)
        .hasMessage("pfn %x: references are 1, held 0 times", lost.pfn());
  }
}
