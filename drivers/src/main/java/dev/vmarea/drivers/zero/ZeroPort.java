// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.zero;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.files.ShmemZero;
import dev.vmarea.files.ZeroMapping;
import dev.vmarea.vma.CompletedVma;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.VmaDescriptor;
import java.util.function.Consumer;

/** The ports, which differ in how they make a private mapping anonymous. */
final class ZeroPort extends ZeroMapping implements MmapPrepare {
  private final Consumer<VmaDescriptor> anonymous;

  private ZeroPort(ShmemZero shared, Consumer<VmaDescriptor> anonymous) {
    super(shared);
    this.anonymous = anonymous;
  }

  /** As posted: null, which is what callbacks were before the hook, too. */
  static ZeroPort asPosted(ShmemZero shared) {
    return new ZeroPort(shared, descriptor -> descriptor.vmOps(null));
  }

  /** As it landed: the finished VMA is made anonymous. */
  static ZeroPort withSuccessHook(ShmemZero shared) {
    return new ZeroPort(shared, descriptor -> descriptor.successHook(CompletedVma::setAnonymous));
  }

  /** With a descriptor that can be made anonymous. */
  static ZeroPort withAnonymousDescriptor(ShmemZero shared) {
    return new ZeroPort(shared, VmaDescriptor::setAnonymous);
  }

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    if (isShared(descriptor)) {
      shared().setUp(descriptor);
    } else {
      anonymous.accept(descriptor);
    }
  }
}
