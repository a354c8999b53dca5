// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;

/** One thing to tell an {@link AddressSpaceListener}. Immutable. */
sealed interface LayoutChange {
  /** Tells it. */
  void tell(AddressSpaceListener listener);

  /** See {@link AddressSpaceListener#mapped}. */
  record Mapped(long start, long end, Vma vma) implements LayoutChange {
    @Override
    public void tell(AddressSpaceListener listener) {
      listener.mapped(start, end, vma);
    }
  }

  /** See {@link AddressSpaceListener#unmapped}. */
  record Unmapped(long start, long end) implements LayoutChange {
    @Override
    public void tell(AddressSpaceListener listener) {
      listener.unmapped(start, end);
    }
  }

  /** See {@link AddressSpaceListener#protectionChanged}. */
  record Protection(long start, long end, int from, int to) implements LayoutChange {
    @Override
    public void tell(AddressSpaceListener listener) {
      listener.protectionChanged(start, end, from, to);
    }
  }

  /** See {@link AddressSpaceListener#discarded}. */
  record Discarded(long start, long end) implements LayoutChange {
    @Override
    public void tell(AddressSpaceListener listener) {
      listener.discarded(start, end);
    }
  }

  /** See {@link AddressSpaceListener#moved}. */
  record Moved(long from, long to, long length) implements LayoutChange {
    @Override
    public void tell(AddressSpaceListener listener) {
      listener.moved(from, to, length);
    }
  }
}
