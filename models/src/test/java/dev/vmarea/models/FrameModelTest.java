// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import static dev.vmarea.models.ModelCheck.call;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.memory.FrameMagazine;
import dev.vmarea.memory.FrameSource;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.memory.PhysicalMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Page frames: none is handed out twice, none is lost, none is refused while one is free. */
class FrameModelTest {
  private static final int FIRST = 0x100;

  /** Memory of a few frames; source 0 is the memory itself, 1 and 2 have magazines. */
  abstract static class Frames extends ModelCheck.Model {
    private final int frames;
    private final PhysicalMemory memory;
    private final FrameSource[] sources;
    private final List<Deque<KernelPage>> held = new ArrayList<>();
    private final AtomicIntegerArray owners;
    private volatile KernelPage shared;

    Frames(int frames) {
      this.frames = frames;
      memory = new PhysicalMemory(List.of(new PfnRange(FIRST, FIRST + frames)));
      sources = new FrameSource[] {memory, memory.magazine(), memory.magazine()};
      owners = new AtomicIntegerArray(frames);
      for (int i = 0; i < sources.length; i++) {
        held.add(new ArrayDeque<>());
      }
    }

    public String allocate(int who) {
      try {
        KernelPage page = sources[who].allocatePage(KernelPage.Kind.ANONYMOUS);
        if (owners.incrementAndGet((int) page.pfn() - FIRST) != 1 || page.references() != 1) {
          return "handed out twice";
        }
        held.get(who).push(page);
        return "done";
      } catch (ErrnoException refused) {
        return refused.errno().toString();
      }
    }

    public void free(int who) {
      KernelPage page = held.get(who).pop();
      owners.decrementAndGet((int) page.pfn() - FIRST);
      page.put();
    }

    public void close(int who) {
      ((FrameMagazine) sources[who]).close();
    }

    /** Three references to one page. */
    public void share() throws ErrnoException {
      shared = memory.allocatePage(KernelPage.Kind.ANONYMOUS);
      shared.get();
      shared.get();
    }

    public void putShared() {
      shared.put();
    }

    public long zeroPage() throws ErrnoException {
      return memory.zeroPage().kind().ordinal();
    }

    public long inUse() {
      return memory.allocatedPages();
    }

    /** All that is free can be had: none is lost, and none is there twice. */
    public long freeFrames() throws ErrnoException {
      long before = memory.freePages();
      long taken = 0;
      try {
        while (taken <= frames) {
          memory.allocatePage(KernelPage.Kind.KERNEL);
          taken++;
        }
      } catch (ErrnoException none) {
        return taken == before ? taken : -1;
      }
      return -1;
    }
  }

  /** Two frames: each is fought for. */
  public static final class Two extends Frames {
    public Two() {
      super(2);
    }
  }

  /** A magazine's load and one. */
  public static final class Seventeen extends Frames {
    public Seventeen() {
      super(17);
    }
  }

  private static ModelCheck scenario(Class<? extends Frames> model) {
    return new ModelCheck(model)
        .atomic("dev.vmarea.memory.FreeFrames")
        .behind(call("inUse"), call("freeFrames"));
  }

  @Test
  void frameGoesRound() {
    scenario(Two.class)
        .thread(call("allocate", 1), call("free", 1), call("allocate", 1))
        .thread(call("allocate", 2), call("free", 2), call("allocate", 2))
        .run(300);
  }

  @Test
  void lastFrames() {
    scenario(Two.class)
        .thread(call("allocate", 1), call("close", 1))
        .thread(call("allocate", 2), call("free", 2))
        .thread(call("allocate", 0))
        .run(300);
  }

  @Test
  void magazineIsEmptiedByOthers() {
    scenario(Seventeen.class)
        .thread(call("allocate", 1), call("allocate", 1))
        .thread(call("allocate", 0), call("allocate", 0), call("allocate", 2))
        .run(300);
  }

  @Test
  void referencesOfOnePage() {
    scenario(Two.class)
        .before(call("share"))
        .thread(call("putShared"), call("putShared"))
        .thread(call("putShared"), call("allocate", 0))
        .run(300);
  }

  @Test
  void pageOfZeroes() {
    scenario(Two.class)
        .thread(call("zeroPage"), call("allocate", 1))
        .thread(call("zeroPage"), call("allocate", 2))
        .run(300);
  }
}
