// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.AddressSpaceListener;
import dev.vmarea.vma.Vma;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A listener that keeps a map of its own, beside the address space, under random calls: both are
 * the same after each; and no page has other contents than before without having been told of.
 */
class ListenerPropertyTest {
  private static final int SEEDS = Integer.getInteger("vmarea.listener.seeds", 60);
  private static final int STEPS = 120;

  /** What is mapped, page by page, as far as it was told. */
  private static final class Follower implements AddressSpaceListener {
    final Map<Long, Integer> access = new TreeMap<>();
    final Set<Long> touched = new TreeSet<>();
    int told;

    @Override
    public void mapped(long start, long end, Vma vma) {
      assertThat(vma.start() <= start && end <= vma.end()).as("the VMA has the range").isTrue();
      each(
          start,
          end,
          page -> {
            assertThat(access.put(page, (int) (vma.flags() & VmFlags.ACCESS)))
                .as("mapped twice: " + Long.toHexString(page))
                .isNull();
            touched.add(page);
          });
    }

    @Override
    public void unmapped(long start, long end) {
      each(
          start,
          end,
          page -> {
            assertThat(access.remove(page)).as("unmapped: " + Long.toHexString(page)).isNotNull();
            touched.add(page);
          });
    }

    @Override
    public void protectionChanged(long start, long end, int from, int to) {
      assertThat(from).isNotEqualTo(to);
      each(start, end, page -> assertThat(access.put(page, to)).isEqualTo(from));
    }

    @Override
    public void discarded(long start, long end) {
      each(start, end, touched::add);
    }

    @Override
    public void moved(long from, long to, long length) {
      each(to, to + length, page -> assertThat(access).containsKey(page));
    }

    private void each(long start, long end, java.util.function.LongConsumer visitor) {
      assertThat(start).isLessThan(end);
      told++;
      for (long page = start; page < end; page += Pages.SIZE) {
        visitor.accept(page);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ALL", "KERNEL"})
  void listenersKnowWhatIsMappedAndWhatIsGone(Vocabulary vocabulary) {
    long told = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      told += run(seed, vocabulary);
    }
    assertThat(told).as("changes told").isGreaterThan(SEEDS * 20L);
  }

  private static int run(long seed, Vocabulary vocabulary) {
    TestSpace space = new TestSpace(true);
    CallGenerator generator = new CallGenerator(seed, vocabulary);
    Map<AddressSpace, Follower> followers = new HashMap<>();
    int told = 0;
    for (int step = 0; step < STEPS; step++) {
      AddressSpace now = space.space();
      Follower follower =
          followers.computeIfAbsent(
              now,
              fresh -> {
                Follower made = new Follower();
                fresh.addListener(made);
                return made;
              });
      follower.touched.clear();
      Map<Long, byte @Nullable []> before = PageView.of(now);
      Call call = generator.next(space);
      String where = "seed " + seed + ", step " + step + ": " + call;
      try {
        space.run(call, (byte) (1 + step % 100));
      } catch (RuntimeException | AssertionError failed) {
        throw new AssertionError(where, failed);
      }
      followers.forEach(
          (each, known) -> assertThat(known.access).as(where).isEqualTo(layout(each)));
      boolean stores =
          call.verb() == Verb.WRITE || call.verb() == Verb.MINCORE || call.verb() == Verb.PWRITE64;
      if (!stores) {
        compare(where, before, PageView.of(now), follower);
      }
    }
    for (Follower follower : followers.values()) {
      told += follower.told;
    }
    AddressSpace last = space.space();
    last.exit();
    Follower follower = followers.get(last);
    if (follower != null) {
      assertThat(follower.access).as("after exit").isEmpty();
    }
    return told;
  }

  private static Map<Long, Integer> layout(AddressSpace space) {
    Map<Long, Integer> access = new TreeMap<>();
    for (Vma vma : space.vmas()) {
      for (long page = vma.start(); page < vma.end(); page += Pages.SIZE) {
        access.put(page, (int) (vma.flags() & VmFlags.ACCESS));
      }
    }
    return access;
  }

  private static void compare(
      String where,
      Map<Long, byte @Nullable []> before,
      Map<Long, byte @Nullable []> after,
      Follower follower) {
    before.forEach((page, bytes) -> {
      boolean had = bytes != null; // else it lay behind the end of its file
      if (had && after.containsKey(page) && !Arrays.equals(bytes, after.get(page))) {
        assertThat(follower.touched).as(where + " took contents away").contains(page);
      }
    });
  }
}
