// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class VmaTreeTest {
  private static final long PAGE = 4096;
  private static final int MANY = 10_000;

  private final VmaTree tree = new VmaTree();

  private static Vma vma(long firstPage, long lastPage) {
    return new Vma(
        firstPage * PAGE,
        lastPage * PAGE,
        firstPage,
        3,
        VmaHandle.of(null),
        null,
        null,
        null,
        VmaExtras.NONE);
  }

  private Vma put(long firstPage, long lastPage) {
    Vma vma = vma(firstPage, lastPage);
    tree.replace(vma.start(), vma.end(), vma);
    return vma;
  }

  private void build(IntUnaryOperator order) {
    for (int i = 0; i < MANY; i++) {
      int at = order.applyAsInt(i);
      put(10 + 3L * at, 11 + 3L * at);
    }
    tree.verify();
  }

  private double fill() {
    return (double) tree.size() / leaves(tree.published().node(), tree.published().height());
  }

  private static int leaves(Object[] node, int level) {
    int sum = level == 0 ? 1 : 0;
    for (int i = 0; level > 0 && i < TreeNode.innerCount(node); i++) {
      sum += leaves(TreeNode.child(node, i), level - 1);
    }
    return sum;
  }

  @Test
  void anEmptyTreeHasNothingAndIsAllGap() {
    assertThat(tree.find(0)).isNull();
    assertThat(tree.lookup(0)).isNull();
    assertThat(tree.before(Long.MAX_VALUE)).isNull();
    assertThat(tree.first()).isNull();
    assertThat(tree.last()).isNull();
    assertThat(tree).isEmpty();
    assertThat(tree.findGapBelow(PAGE, 9 * PAGE, 8 * PAGE)).isEqualTo(9 * PAGE);
    assertThat(tree.findGapAbove(PAGE, 9 * PAGE, 8 * PAGE)).isEqualTo(PAGE);
    assertThat(tree.findGapBelow(PAGE, 9 * PAGE, 9 * PAGE)).isEqualTo(-1);
    tree.verify();
  }

  @Test
  void theHighestAddressesOfFiveLevelTablesFit() {
    long top = (1L << 56) / PAGE;
    Vma vma = put(top - 2, top - 1);
    assertThat(tree.lookup((top - 2) * PAGE)).isSameAs(vma);
    assertThat(tree.find((top - 1) * PAGE)).isNull();
    assertThat(tree.findGapBelow(PAGE, top * PAGE, PAGE)).isEqualTo(top * PAGE);
    assertThat(tree.findGapBelow(PAGE, top * PAGE, 2 * PAGE)).isEqualTo((top - 2) * PAGE);
  }

  @Test
  void aVersionWithTheSameRangeIsSeenButNotByASnapshot() {
    build(i -> i);
    VmaSnapshot before = tree.snapshot();
    Vma old = tree.first();
    Vma version = vma(10, 11);
    tree.replace(version.start(), version.end(), version);
    Vma newest = vma(10, 11);
    tree.replace(version.start(), version.end(), newest);
    assertThat(tree.first()).isSameAs(newest);
    assertThat(before.first()).isSameAs(old);
    assertThat(before.size()).isEqualTo(tree.size());
    tree.verify();
    before.verify();
  }

  @Test
  void ascendingInsertionsFillTheLeaves() {
    build(i -> i);
    assertThat(fill()).isGreaterThan(14);
  }

  @Test
  void descendingInsertionsFillTheLeaves() {
    build(i -> MANY - 1 - i);
    assertThat(fill()).isGreaterThan(14);
  }

  @Test
  void runsBelowOtherMappingsFillTheLeaves() {
    for (int i = 0; i < 20; i++) {
      put(1_000_000 + 2 * i, 1_000_001 + 2 * i);
      put(1 + 2 * i, 2 + 2 * i);
    }
    build(i -> MANY - 1 - i);
    assertThat(fill()).isGreaterThan(13);
  }

  @Test
  void shuffledInsertionsLeaveLeavesTwoThirdsFull() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(1));
    build(order::get);
    assertThat(fill()).isGreaterThan(11);
  }

  @Test
  void nodesDoNotDegradeWhenMostIsUnmapped() {
    build(i -> i);
    for (int i = 0; i < MANY; i++) {
      if (i % 10 != 0) {
        long at = 10 + 3L * i;
        tree.remove(at * PAGE, (at + 1) * PAGE);
      }
    }
    tree.verify();
    assertThat(tree.size()).isEqualTo(MANY / 10);
    assertThat(fill()).isGreaterThan(7);
    tree.remove(0, Long.MAX_VALUE);
    tree.verify();
    assertThat(tree.size()).isZero();
    assertThat(tree.published().height()).isZero();
  }

  @Test
  void theOnlyGapIsFoundAtEitherEnd() {
    put(1, 2);
    for (int i = 0; i < MANY; i++) {
      put(100 + 2L * i, 101 + 2L * i);
    }
    long end = 100 + 2L * MANY;
    put(end + 50, end + 51);
    assertThat(tree.findGapBelow(PAGE, end * PAGE, 20 * PAGE)).isEqualTo(100 * PAGE);
    assertThat(tree.findGapAbove(100 * PAGE, (end + 51) * PAGE, 20 * PAGE))
        .isEqualTo((end - 1) * PAGE);
    assertThat(tree.findGapBelow(100 * PAGE, (end - 1) * PAGE, 2 * PAGE)).isEqualTo(-1);
  }

  @Test
  void theCursorGoesBothWays() {
    build(i -> i);
    VmaCursor cursor = tree.cursor();
    assertThat(cursor.seek(Long.MAX_VALUE)).isNull();
    int seen = 0;
    for (Vma vma = cursor.previous(); vma != null; vma = cursor.previous()) {
      seen++;
    }
    assertThat(seen).isEqualTo(MANY);
    assertThat(cursor.current()).isSameAs(tree.first());
    assertThat(tree.countIn(0, 13 * PAGE)).isEqualTo(1);
    assertThat(tree.countIn(0, 13 * PAGE + 1)).isEqualTo(2);
  }

  @Test
  void verifyNoticesABrokenTree() {
    build(i -> i);
    Object[] root = tree.published().node();
    long kept = TreeNode.summary(root)[0];
    TreeNode.summary(root)[0] = 0;
    assertThatThrownBy(tree::verify).hasMessageContaining("first start");
    TreeNode.summary(root)[0] = kept;
    int gap = TreeNode.innerCount(root);
    TreeNode.summary(root)[gap]++;
    assertThatThrownBy(tree::verify).hasMessageContaining("gap summary");
    TreeNode.summary(root)[gap]--;
    TreeNode.keys(root)[0]--;
    assertThatThrownBy(tree::verify).hasMessageContaining("separator");
    TreeNode.keys(root)[0]++;
    tree.verify();
  }
}
