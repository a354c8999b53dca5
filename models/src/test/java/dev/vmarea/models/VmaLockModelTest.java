// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import static dev.vmarea.models.ModelCheck.call;

import dev.vmarea.base.VmFlags;
import dev.vmarea.space.WriterLock;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import org.junit.jupiter.api.Test;

/** The lock of a VMA: readers that never wait, a writer who waits for them. */
class VmaLockModelTest {
  /** Two numbers that the lock protects: the writer alone sees them apart. */
  public static final class Model extends ModelCheck.Model {
    private final World world = World.anonymous();
    private final WriterLock lock = world.space.mm().lock();
    private final Vma first = world.space.lookup(World.BASE);
    private final VmaHandle handle = first.handle();
    private int left;
    private int right;

    /** Whether a reader found the writer inside. */
    public boolean read() {
      Vma now = handle.current();
      if (!lock.tryReadLock(now)) {
        return false;
      }
      boolean apart = left != right || handle.current() != now;
      lockEnds();
      return apart;
    }

    /** Whether the first version was locked although it is another one's turn. */
    public boolean readFirst() {
      if (!lock.tryReadLock(first)) {
        return false;
      }
      boolean old = left != 0 || right != 0;
      lockEnds();
      return old;
    }

    private void lockEnds() {
      handle.readUnlock();
    }

    public void write() {
      lock.lock();
      try {
        Vma now = handle.current();
        lock.writeLock(now);
        left++;
        handle.publish(now.withFlags(now.flags() ^ VmFlags.READ));
        right++;
      } finally {
        lock.unlock();
      }
    }

    /** A section that changes another VMA. */
    public void writeElsewhere() {
      lock.lock();
      try {
        lock.refuseInHook(); // which it is not
      } finally {
        lock.unlock();
      }
    }

    public int written() {
      return left == right ? left : -1;
    }

    /** Whether the lock can be had when nobody writes. */
    public boolean isFree() {
      if (!lock.tryReadLock(handle.current())) {
        return false;
      }
      lockEnds();
      return true;
    }
  }

  private static ModelCheck scenario() {
    return new ModelCheck(Model.class).behind(call("written"), call("isFree"));
  }

  @Test
  void oneReaderAndOneWriter() {
    scenario()
        .thread(call("read"), call("readFirst"), call("read"))
        .thread(call("write"), call("write"))
        .run(600);
  }

  @Test
  void twoReadersAndOneWriter() {
    scenario()
        .thread(call("read"), call("readFirst"))
        .thread(call("readFirst"), call("read"))
        .thread(call("writeElsewhere"), call("write"))
        .run(600);
  }

  @Test
  void oneReaderAndTwoWriters() {
    scenario()
        .thread(call("read"), call("read"))
        .thread(call("write"))
        .thread(call("writeElsewhere"), call("write"))
        .run(600);
  }
}
