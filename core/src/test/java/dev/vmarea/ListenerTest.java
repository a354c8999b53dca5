// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.space.AddressSpaceListener;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a listener is told, and what it may not do; pages are counted from the lab's base. */
class ListenerTest {
  private final HookLab lab = new HookLab(Profile.LINUX_6_18);
  private final List<String> told = new ArrayList<>();

  /** Writes down what it is told. */
  private class Recorder implements AddressSpaceListener {
    @Override
    public void mapped(long start, long end, Vma vma) {
      told.add("mapped " + range(start, end) + " " + (vma.flags() & 7));
    }

    @Override
    public void unmapped(long start, long end) {
      told.add("unmapped " + range(start, end));
    }

    @Override
    public void protectionChanged(long start, long end, int from, int to) {
      told.add("protection " + range(start, end) + " " + from + " to " + to);
    }

    @Override
    public void discarded(long start, long end) {
      told.add("discarded " + range(start, end));
    }

    @Override
    public void moved(long from, long to, long length) {
      told.add("moved " + page(from) + " to " + page(to) + ", " + Pages.count(length));
    }
  }

  private String range(long start, long end) {
    return page(start) + "-" + page(end);
  }

  private long page(long address) {
    return Pages.count(address - lab.base);
  }

  private List<String> since(Runnable call) {
    told.clear();
    call.run();
    return List.copyOf(told);
  }

  private Syscalls calls() {
    return lab.space.syscalls();
  }

  private int protect(long first, long end, int prot) {
    return (int) calls().mprotect(lab.at(first), Pages.bytes(end - first), prot);
  }

  @Test
  void whatIsMappedAlreadyIsToldFirst() {
    lab.anonymous(0, 2);
    lab.space.addListener(new Recorder());

    assertThat(told).containsExactly("mapped 0-2 3");
  }

  @Test
  void onlyWhatChangesForAByteIsTold() {
    lab.space.addListener(new Recorder());

    assertThat(since(() -> lab.anonymous(0, 4))).containsExactly("mapped 0-4 3");
    assertThat(since(() -> lab.anonymous(4, 6))).as("joined").containsExactly("mapped 4-6 3");
    assertThat(since(() -> protect(2, 3, 1))).containsExactly("protection 2-3 3 to 1");
    assertThat(since(() -> protect(0, 6, 3))).containsExactly("protection 2-3 1 to 3");
    assertThat(since(() -> calls().mlock(lab.at(1), Pages.SIZE))).as("split only").isEmpty();
    assertThat(since(() -> calls().munmap(lab.at(1), Pages.bytes(3))))
        .containsExactly("unmapped 1-4");
    assertThat(since(lab.space::exit)).containsExactly("unmapped 0-1", "unmapped 4-6");
  }

  @Test
  void whatTakesThePlaceOfAnotherIsToldThoughItLooksAlike() {
    lab.anonymous(0, 6);
    lab.space.addListener(new Recorder());

    assertThat(since(() -> lab.anonymous(2, 4))).containsExactly("unmapped 2-4", "mapped 2-4 3");
    assertThat(lab.space.mapCount()).as("and is one with it").isOne();
  }

  @Test
  void movesAreToldAtTheirTargetAndTheirSource() {
    lab.anonymous(0, 2);
    lab.space.addListener(new Recorder());

    assertThat(since(() -> remap(0, 10, 3)))
        .containsExactly("mapped 10-12 3", "moved 0 to 10, 2", "unmapped 0-2");
    assertThat(since(() -> remap(10, 20, 7)))
        .containsExactly("mapped 20-22 3", "moved 10 to 20, 2", "discarded 10-12");
  }

  private void remap(long from, long to, int flags) {
    assertThat(calls().mremap(lab.at(from), 8192, 8192, flags, lab.at(to))).isEqualTo(lab.at(to));
  }

  @Test
  void lostContentsAreTold() {
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(8));
    lab.anonymous(0, 2);
    lab.shared(file, 2, 6);
    lab.space.addListener(new Recorder());

    assertThat(since(() -> calls().madvise(lab.at(0), 4096, 4))).containsExactly("discarded 0-1");
    assertThat(since(() -> calls().madvise(lab.at(2), 4096, 4))).as("the file has them").isEmpty();
    assertThat(since(() -> file.inode().truncate(Pages.bytes(4)))).containsExactly("discarded 4-6");
    assertThat(since(() -> file.inode().truncate(Pages.bytes(3) + 1)))
        .as("the rest of the last page is zeroed where it is")
        .containsExactly("discarded 4-6", "discarded 3-4");
    assertThat(since(() -> calls().madvise(lab.at(2), 4096, 9))).containsOnly("discarded 2-3");
  }

  @Test
  void aFailedCallTellsWhatItHasChanged() {
    MmapPrepare refusing =
        descriptor -> {
          throw Errno.EIO.failure();
        };
    lab.anonymous(0, 2);
    lab.anonymous(3, 4);
    lab.space.addListener(new Recorder());

    assertThat(since(() -> protect(0, 4, 1)))
        .as("a hole is found after two pages are done")
        .containsExactly("protection 0-2 3 to 1");
    assertThat(since(() -> lab.privately(HookLab.prepared(refusing), 1, 4)))
        .as("the hook comes after the point of no return")
        .containsExactly("unmapped 1-2", "unmapped 3-4");
    assertThat(since(() -> lab.privately(null, -1, 0))).as("refused at once").isEmpty();
  }

  @Test
  void aListenerThatThrowsLosesNothing() {
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(8));
    lab.shared(file, 0, 2);
    lab.shared(file, 10, 12);
    int[] calls = {0};
    lab.space.addListener(
        new AddressSpaceListener() {
          @Override
          public void unmapped(long start, long end) {
            calls[0]++;
            throw new IllegalArgumentException("mine");
          }
        });
    lab.space.addListener(new Recorder());
    told.clear();

    assertThatThrownBy(() -> lab.anonymous(0, 12)).hasMessage("mine");

    assertThat(told).containsExactly("unmapped 0-2", "unmapped 10-12", "mapped 0-12 3");
    assertThat(calls[0]).isEqualTo(2);
    assertThat(file.references()).isOne();
    assertThat(lab.space.mm().lock().isLocked()).isFalse();
    lab.space.verify();
  }

  @Test
  void aThrowingListenerKeepsNoOtherProcessFromLosingACutFilesPages() throws Exception {
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(4));
    lab.shared(file, 0, 4);
    AddressSpace child = lab.space.fork(lab.space.task().copy());
    try (Cpu cpu = lab.space.cpu();
        Cpu other = child.cpu()) {
      cpu.storeByte(lab.at(3), (byte) 7);
      assertThat(other.loadByte(lab.at(3))).isEqualTo((byte) 7);
      AddressSpaceListener throwing =
          new AddressSpaceListener() {
            @Override
            public void discarded(long start, long end) {
              throw new IllegalArgumentException("mine");
            }
          };
      lab.space.addListener(throwing);
      child.addListener(throwing);

      assertThatThrownBy(() -> file.inode().truncate(0)).hasMessage("mine");
    }
    for (AddressSpace space : List.of(lab.space, child)) {
      assertThat(space.mm().pageTables().entry(lab.at(3))).isZero();
    }
    assertThat(file.inode().pageCache().frames()).isEmpty();
  }

  @Test
  void aListenerMakesNoMemoryCall() {
    lab.space.addListener(
        new AddressSpaceListener() {
          @Override
          public void mapped(long start, long end, Vma vma) {
            calls().munmap(start, end - start);
          }
        });

    assertThatThrownBy(() -> lab.anonymous(0, 1)).hasMessageContaining("inside a hook");
    assertThat(lab.vma(0)).isNotNull();
  }

  @Test
  void aClosedRegistrationIsToldNothing() {
    AddressSpaceListener recorder = new Recorder();
    AddressSpaceListener.Registration first = lab.space.addListener(recorder);
    AddressSpaceListener.Registration second = lab.space.addListener(recorder);

    first.close();
    first.close();
    assertThat(since(() -> lab.anonymous(0, 1))).hasSize(1);
    second.close();
    assertThat(since(() -> lab.anonymous(1, 2))).isEmpty();
  }

  @Test
  void aListenerMayEndItself() {
    AddressSpaceListener.Registration[] own = new AddressSpaceListener.Registration[1];
    own[0] =
        lab.space.addListener(
            new Recorder() {
              @Override
              public void unmapped(long start, long end) {
                super.unmapped(start, end);
                own[0].close();
              }
            });
    lab.anonymous(0, 1);

    assertThat(since(() -> lab.anonymous(0, 1))).containsExactly("unmapped 0-1");
  }

  @Test
  void aChildStartsWithoutListeners() throws Exception {
    lab.anonymous(0, 1);
    lab.space.addListener(new Recorder());
    AddressSpace child = lab.space.fork(lab.space.task().copy());

    assertThat(since(() -> child.syscalls().munmap(lab.at(0), 4096))).isEmpty();
  }

  @Test
  void stacksAndTheHeapAreFollowed() {
    lab.space.layout().startBrk = lab.at(100);
    lab.space.layout().brk = lab.at(100);
    lab.space
        .syscalls()
        .mmap(lab.at(50), 4096, 3, MapFlags.PRIVATE | MapFlags.ANONYMOUS | 0x110, null, 0);
    lab.space.addListener(new Recorder());

    assertThat(since(() -> calls().brk(lab.at(102)))).containsExactly("mapped 100-102 3");
    assertThat(since(() -> calls().brk(lab.at(101)))).containsExactly("unmapped 101-102");
    try (Cpu cpu = lab.space.cpu()) {
      assertThat(since(() -> cpu.storeByte(lab.at(48), (byte) 1)))
          .containsExactly("mapped 48-50 3");
    }
  }
}
