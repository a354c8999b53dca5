// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.image.ImageResolver;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random calls, saved in the middle and restored on a new machine: the same calls then have the
 * same results, layouts and bytes on both.
 */
class ImagePropertyTest {
  private static final long FIRST_SEED = Long.getLong("vmarea.image.seed", 1);
  private static final int SEEDS = Integer.getInteger("vmarea.image.seeds", 40);
  private static final int BEFORE = 120;
  private static final int BEHIND = 80;

  /** Where the restored space's files come from. */
  enum Files {
    /** From the image. */
    REBUILT,
    /** They are on the new machine already. */
    FOUND
  }

  @ParameterizedTest
  @EnumSource(Files.class)
  void aRestoredSpaceGoesOnAsTheSavedOne(Files origin) throws Exception {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      try {
        run(seed, origin, seed % 2 == 0 ? Vocabulary.ALL : Vocabulary.KERNEL);
      } catch (AssertionError | RuntimeException failed) {
        throw new AssertionError("seed " + seed, failed);
      }
    }
  }

  private static void run(long seed, Files origin, Vocabulary vocabulary) throws Exception {
    TestSpace saved = new TestSpace(true);
    CallGenerator generator = new CallGenerator(seed, vocabulary);
    for (int step = 0; step < BEFORE; step++) {
      saved.run(generator.next(saved), (byte) (1 + step));
    }
    byte[] image = image(saved.space());
    Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    TestSpace restored = restore(image, saved, machine, origin);
    restored.space().verify();
    assertThat(image(restored.space())).as("saved again").isEqualTo(image);
    compare("restored", saved, restored);
    for (int step = 0; step < BEHIND; step++) {
      Call call = generator.next(saved);
      if (call.verb() == Verb.EXIT || call.verb() == Verb.SWITCH) {
        continue; // to processes that were not saved
      }
      String where = "step " + step + " behind: " + call;
      long expected = saved.run(call, (byte) (100 + step));
      assertThat(restored.run(call, (byte) (100 + step))).as(where).isEqualTo(expected);
      restored.space().verify();
      compare(where, saved, restored);
      if (step % 16 == 0) {
        machine.verify();
      }
    }
    restored.end();
    for (OpenFile file : restored.openFiles()) {
      file.inode().truncate(0);
    }
    SharedSegment segment = machine.segments().find(1);
    if (segment != null) {
      segment.inode().truncate(0);
    }
    PhysicalMemory memory = machine.kernel().memory();
    assertThat(memory.allocatedPages()).as("frames left").isEqualTo(zeroPages(memory));
    Machine old = saved.space().machine();
    saved.end();
    // What Linux loses of the charge on its way (mm-semantics, traps 33 and 34) was lost on both.
    assertThat(machine.kernel().commit().committed())
        .as("commit charge left")
        .isBetween(0L, Math.max(0L, old.kernel().commit().committed()));
  }

  private static int zeroPages(PhysicalMemory memory) {
    return memory.zeroPfnIfAny() < 0 ? 0 : 1;
  }

  static byte[] image(AddressSpace space) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    space.save(out);
    return out.toByteArray();
  }

  private static void compare(String where, TestSpace saved, TestSpace restored) {
    assertThat(restored.layout()).as(where).isEqualTo(saved.layout());
    assertThat(counters(restored)).as(where).isEqualTo(counters(saved));
    Map<Long, byte @Nullable []> expected = PageView.of(saved.space());
    Map<Long, byte @Nullable []> pages = PageView.of(restored.space());
    assertThat(pages.keySet()).as(where).isEqualTo(expected.keySet());
    expected.forEach((at, bytes) ->
        assertThat(pages.get(at)).as(where + ", page " + Long.toHexString(at)).isEqualTo(bytes));
  }

  private static List<Long> counters(TestSpace space) {
    var counters = space.space().mm().counters();
    return List.of(
        counters.totalVm(),
        counters.dataVm(),
        counters.execVm(),
        counters.stackVm(),
        counters.lockedVm());
  }

  private static TestSpace restore(byte[] image, TestSpace saved, Machine machine, Files origin)
      throws Exception {
    List<OpenFile> old = saved.openFiles();
    SharedSegment segment = saved.space().machine().segments().find(1);
    assertThat(segment).isNotNull();
    if (segment != null && origin == Files.FOUND) {
      add(segment, saved.space().machine(), machine);
    }
    List<OpenFile> known =
        origin == Files.FOUND ? twins(old, saved.space().machine(), machine) : List.of();
    ImageResolver resolver =
        file -> {
          if (origin == Files.REBUILT || !file.path().equals("/file")) {
            return null;
          }
          return known.get(numberOf(saved, file.number())).get();
        };
    AddressSpace space =
        machine.restore(new ByteArrayInputStream(image), saved.space().task().copy(), resolver);
    if (segment != null && machine.segments().find(1) == null) {
      add(segment, saved.space().machine(), machine); // not attached in what was saved
    }
    return new TestSpace(
        space, origin == Files.FOUND ? known : rebuilt(saved.space(), space, old, machine));
  }

  private static void add(SharedSegment segment, Machine old, Machine machine) throws Exception {
    SharedSegment same = machine.segments().add(1, segment.key(), segment.size());
    copy(segment.inode(), old, same.inode(), machine);
  }

  /** Which of the test's files is the one with this number in an image. */
  private static int numberOf(TestSpace saved, int number) {
    IdentityHashMap<OpenFile, Integer> numbers = new IdentityHashMap<>();
    for (Vma vma : saved.space().vmas()) {
      OpenFile file = vma.file();
      if (file != null && numbers.putIfAbsent(file, numbers.size()) == null) {
        if (numbers.size() - 1 == number) {
          return saved.openFiles().indexOf(file);
        }
      }
    }
    throw new AssertionError("no file with number " + number);
  }

  private static List<OpenFile> twins(List<OpenFile> old, Machine source, Machine machine)
      throws Exception {
    Inode first = old.get(0).inode();
    Inode inode = new Inode(first.type(), first.fileSystem());
    inode.size(first.size());
    copy(first, source, inode, machine);
    List<OpenFile> files = new ArrayList<>();
    for (OpenFile file : old) {
      files.add(new OpenFile(inode, file.entry(), file.openFlags(), file.operations()));
    }
    return files;
  }

  private static void copy(Inode from, Machine old, Inode to, Machine machine) throws Exception {
    PhysicalMemory memory = machine.kernel().memory();
    for (Map.Entry<Long, Long> each : from.pageCache().frames().entrySet()) {
      KernelPage page = new KernelPage(memory, to.pageCache().get(memory, each.getKey()));
      page.contents().copyFrom(new KernelPage(old.kernel().memory(), each.getValue()).contents());
      page.put();
    }
  }

  /** The open files that the restored areas have; others are opened anew. */
  private static List<OpenFile> rebuilt(
      AddressSpace saved, AddressSpace restored, List<OpenFile> old, Machine machine)
      throws Exception {
    Inode inode = null;
    OpenFile[] files = new OpenFile[old.size()];
    var others = restored.vmas().iterator();
    for (Vma vma : saved.vmas()) {
      Vma twin = others.next();
      OpenFile own = vma.file();
      int number = own == null ? -1 : old.indexOf(own);
      OpenFile file = twin.file();
      if (number >= 0 && file != null) {
        inode = file.inode();
        files[number] = file.get();
      }
    }
    if (inode == null) {
      return twins(old, saved.machine(), machine);
    }
    assertThat(inode.size()).isEqualTo(old.get(0).inode().size());
    assertThat(inode.pageCache().frames().keySet())
        .isEqualTo(old.get(0).inode().pageCache().frames().keySet());
    for (int i = 0; i < files.length; i++) {
      if (files[i] == null) {
        OpenFile other = old.get(i);
        files[i] = new OpenFile(inode, other.entry(), other.openFlags(), other.operations());
      }
    }
    return List.of(files);
  }
}
