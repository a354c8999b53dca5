// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.vma.OpenFile;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class DescriptorTableTest {
  private final DescriptorTable table = new DescriptorTable(4);

  private static OpenFile file() {
    return ShmemFile.unnamed("/memfd:x", 4096);
  }

  private static void assertFails(ThrowingCallable call, Errno errno) {
    assertThatThrownBy(call).isSameAs(errno.failure());
  }

  @Test
  void theLowestFreeNumberIsTaken() throws Exception {
    assertThat(table.install(file(), false)).isZero();
    assertThat(table.install(file(), false)).isEqualTo(1);
    assertThat(table.install(file(), false)).isEqualTo(2);
    table.close(1);
    assertThat(table.install(file(), false)).isEqualTo(1);
    assertThat(table.install(file(), false)).isEqualTo(3);
    assertFails(() -> table.install(file(), false), Errno.EMFILE);
  }

  @Test
  void eachDescriptorHoldsOneReference() throws Exception {
    OpenFile file = file();
    int first = table.install(file, false);
    assertThat(file.references()).isEqualTo(1);
    int second = table.duplicate(first, 2, false);
    assertThat(second).isEqualTo(2);
    assertThat(file.references()).isEqualTo(2);
    OpenFile held = table.hold(second);
    assertThat(held).isSameAs(file);
    table.close(first);
    table.close(second);
    assertThat(file.references()).isEqualTo(1);
    file.put();
    assertThat(table.get(first)).isNull();
    assertFails(() -> table.close(first), Errno.EBADF);
    assertFails(() -> table.duplicate(first, 0, false), Errno.EBADF);
  }

  @Test
  void duplicatingOntoAnOpenDescriptorClosesIt() throws Exception {
    OpenFile old = file();
    OpenFile kept = file();
    int from = table.install(kept, false);
    int to = table.install(old, false);
    table.duplicateTo(from, to, false);
    assertThat(old.references()).isZero();
    assertThat(kept.references()).isEqualTo(2);
    assertThat(table.get(to)).isSameAs(kept);
    assertFails(() -> table.duplicateTo(from, from, false), Errno.EINVAL);
    assertFails(() -> table.duplicateTo(from, 4, false), Errno.EBADF);
    assertFails(() -> table.duplicate(from, 4, false), Errno.EINVAL);
  }

  @Test
  void forkExecAndExit() throws Exception {
    OpenFile stays = file();
    OpenFile goes = file();
    int first = table.install(stays, false);
    int second = table.install(goes, true);
    DescriptorTable child = table.copy();
    assertThat(stays.references()).isEqualTo(2);
    child.closeOnExec();
    assertThat(child.get(first)).isSameAs(stays);
    assertThat(child.get(second)).isNull();
    assertThat(goes.references()).isEqualTo(1);
    child.closeAll();
    table.closeAll();
    assertThat(stays.references()).isZero();
    assertThat(goes.references()).isZero();
  }
}
