// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.NaiveTables.Mapped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** Page tables and their naive counterpart, which get the same random operations. */
final class TablesPair {
  /** Fails every n-th time; a copy fails at the same times. */
  private static final class Failing implements BooleanSupplier {
    private final int every;
    private long asked;

    Failing(int every) {
      this.every = every;
    }

    @Override
    public boolean getAsBoolean() {
      asked++;
      return every > 0 && asked % every == 0;
    }
  }

  private interface Call {
    void run() throws ErrnoException;
  }

  private final Architecture architecture;
  private final RandomGenerator random;
  private final PhysicalMemory memory = PhysicalMemory.standard(0x2_0000);
  private final List<KernelPage> pool;
  private final Failing fails;
  private final Failing naiveFails;
  private final PageTables tables;
  private final NaiveTables naive;
  private final long[] windows;
  private final long windowLength;
  private String last = "none";

  TablesPair(Architecture architecture, RandomGenerator random, int failEvery) {
    this.architecture = architecture;
    this.random = random;
    fails = new Failing(failEvery);
    naiveFails = new Failing(failEvery);
    tables = new PageTables(architecture, fails);
    naive = new NaiveTables(architecture, naiveFails);
    try {
      pool = memory.allocatePages(6);
    } catch (ErrnoException e) {
      throw new IllegalStateException(e);
    }
    // Three leaf tables long: at the lowest address, across the border of two slots of the top
    // table, where two slots of the table below it meet, and at the highest address.
    windowLength = 3 * naive.span(1);
    long border = naive.span(Math.max(1, architecture.levels() - 2));
    long slot = naive.span(architecture.levels() - 1);
    // Where one slot of the top table is all there is, that of the table below.
    long top = slot < architecture.addressLimit() ? slot : 5 * border;
    windows =
        new long[] {
          0,
          top - naive.span(1),
          top + border * 3 - naive.span(1),
          (architecture.addressLimit() & -naive.span(1)) - 2 * naive.span(1)
        };
  }

  String lastStep() {
    return last;
  }

  private long page() {
    return architecture.pageSize();
  }

  private long address() {
    long offset = random.nextLong(windowLength / page()) * page();
    if (random.nextInt(3) == 0) {
      // A border of leaf tables.
      offset = random.nextInt(3) * naive.span(1);
    }
    long address = windows[random.nextInt(windows.length)] + offset;
    return Math.min(address, architecture.addressLimit() - page());
  }

  /** Length of a range from {@code start} on, in bytes. */
  private long length(long start) {
    long pages =
        switch (random.nextInt(6)) {
          case 0 -> naive.span(1) / page();
          case 1 -> 1 + random.nextLong(2 * naive.span(1) / page());
          default -> 1 + random.nextInt(20);
        };
    return Math.min(pages * page(), architecture.addressLimit() - start);
  }

  /** Now and then a range over everything between two places. */
  private long end(long start) {
    long other = address();
    return random.nextInt(8) == 0 && other > start ? other : start + length(start);
  }

  private PageProtection protection() {
    PageProtection template = architecture.protection(random.nextLong());
    return template.withCacheMode(CacheMode.values()[random.nextInt(6)]);
  }

  /** Runs a call that may lack tables and tells whether it did not. */
  private static boolean ran(Call call) {
    try {
      call.run();
      return true;
    } catch (ErrnoException e) {
      assertThat(e.errno()).isIn(Errno.ENOMEM, Errno.EFAULT);
      return false;
    }
  }

  void step() throws ErrnoException {
    switch (random.nextInt(15)) {
      case 0, 1, 2 -> fill();
      case 3 -> fillOrdinary();
      case 4 -> insertPage();
      case 5 -> insertPfn();
      case 6, 7 -> insertHuge();
      case 8 -> zap();
      case 9 -> protect();
      case 10, 11 -> move();
      case 12 -> copy();
      case 13 -> clear();
      default -> freeTables();
    }
    compare(tables, naive);
    assertThat(fails.asked).as("tables asked for").isEqualTo(naiveFails.asked);
    checkReferences();
  }

  private void fill() {
    long start = address();
    long length = length(start);
    long pfn = random.nextInt(0x10_0000);
    PageProtection protection = protection();
    last = "fill %x+%x %x".formatted(start, length, pfn);
    if (!naive.isOccupied(start, start + length)) {
      long pages = length / page();
      boolean ran = ran(() -> tables.fill(start, pfn, pages, protection, true));
      assertThat(ran).isEqualTo(naive.fill(start, pfn, pages, protection, true));
    }
  }

  /** Entries that take over the only reference of their pages. */
  private void fillOrdinary() throws ErrnoException {
    long start = address();
    int pages = 1 + random.nextInt(5);
    long end = start + pages * page();
    last = "fill %x %d, ordinary".formatted(start, pages);
    if (end > architecture.addressLimit() || naive.isOccupied(start, end)) {
      return;
    }
    List<KernelPage> list = memory.allocatePages(pages);
    long pfn = list.getFirst().pfn();
    PageProtection protection = protection();
    boolean ran = ran(() -> tables.fill(start, pfn, pages, protection, false));
    assertThat(ran).isEqualTo(naive.fill(start, pfn, pages, protection, false));
    for (int i = 0; i < pages; i++) {
      if (naive.at(start + i * page()) == null) {
        memory.free(list.get(i));
      }
    }
  }

  private void insertPage() {
    long address = address();
    KernelPage page = pool.get(random.nextInt(pool.size()));
    PageProtection protection = protection();
    last = "insertPage %x %s".formatted(address, page);
    int expected = naive.insert(0, address, page.pfn(), protection, false);
    Errno errno = null;
    try {
      tables.insertPage(address, page, protection);
    } catch (ErrnoException e) {
      errno = e.errno();
    }
    switch (expected) {
      case 1 -> assertThat(errno).isNull();
      case 0 -> assertThat(errno).isEqualTo(Errno.EBUSY);
      default -> assertThat(errno).isIn(Errno.EFAULT, Errno.ENOMEM);
    }
  }

  private void insertPfn() {
    long address = address();
    PageProtection protection = protection();
    last = "insertPfn %x".formatted(address);
    int expected = naive.insert(0, address, 0x1234, protection, true);
    try {
      assertThat(tables.insertPfn(address, 0x1234, protection)).isEqualTo(expected == 1);
      assertThat(expected).isNotNegative();
    } catch (ErrnoException e) {
      assertThat(expected).isNegative();
    }
  }

  private void insertHuge() {
    if (architecture.maxHugeLevel() == 0) {
      return;
    }
    int level = random.nextInt(3) == 0 ? architecture.maxHugeLevel() : 1;
    long span = naive.span(level);
    long address = address() & -span;
    int count = random.nextInt(3) == 0 ? 2 : 1;
    if (address + count * span > architecture.addressLimit()) {
      return;
    }
    long frames = span / page();
    long pfn = random.nextInt(8) * frames;
    PageProtection protection = protection();
    last = "insertHuge %d %x %d".formatted(level, address, count);
    long expected = 0;
    for (int i = 0; i < count && expected >= 0; i++) {
      int each = naive.insert(level, address + i * span, pfn + i * frames, protection, true);
      expected = each < 0 ? -1 : expected + each;
    }
    try {
      long found =
          count == 1
              ? tables.insertHuge(level, address, pfn, protection) ? 1 : 0
              : tables.insertHuge(level, address, pfn, count, protection);
      assertThat(found).isEqualTo(expected);
    } catch (ErrnoException e) {
      assertThat(expected).isNegative();
    }
  }

  private void zap() {
    long start = address();
    long end = end(start);
    last = "zap %x-%x".formatted(start, end);
    assertThat(tables.zap(start, end, memory)).isEqualTo(naive.zap(start, end));
  }

  private void protect() {
    long start = address();
    long end = end(start);
    PageProtection wanted = protection();
    last = "protect %x-%x %s".formatted(start, end, wanted);
    tables.protect(start, end, wanted);
    naive.protect(start, end, wanted);
  }

  private void move() {
    long from = address();
    long to = random.nextInt(4) == 0 ? from + (random.nextInt(41) - 20) * page() : address();
    if (random.nextBoolean()) {
      from &= -naive.span(1);
      to &= -naive.span(1);
    }
    long length = length(Math.max(from, to));
    last = "move %x %x+%x".formatted(from, to, length);
    if (to < 0 || to + length > architecture.addressLimit() || length <= 0) {
      return;
    }
    boolean overlaps = Math.abs(from - to) < length;
    List<Long> occupied = naive.reaching(to, to + length);
    if (overlaps) {
      occupied.removeAll(naive.reaching(from, from + length));
    }
    if (!occupied.isEmpty()) {
      return;
    }
    if (overlaps && from != to) {
      naive.dropHuge(from, from + length);
    }
    long source = from;
    long target = to;
    if (ran(() -> tables.move(source, target, length)) && from != to) {
      naive.move(from, to, length);
    }
    adoptTables();
  }

  /** Which tables move is for the tables to know; that they are right, verify says. */
  private void adoptTables() {
    naiveFails.asked = fails.asked;
    List<Set<Long>> found = new ArrayList<>();
    collectTables(tables.tree().root(), 0, found);
    for (int level = 0; level < naive.tables().size(); level++) {
      naive.tables().get(level).clear();
      naive.tables().get(level).addAll(found.get(level));
    }
  }

  private void collectTables(TableNode node, long start, List<Set<Long>> found) {
    while (found.size() < architecture.levels()) {
      found.add(new TreeSet<>());
    }
    found.get(node.level()).add(start);
    for (int i = 0; node.level() > 0 && i < node.size(); i++) {
      TableNode child = node.child(i);
      if (child != null) {
        collectTables(child, start + i * naive.span(node.level()), found);
      }
    }
  }

  private void copy() {
    long start = address();
    long end = end(start);
    boolean copyOnWrite = random.nextBoolean();
    last = "copy %x-%x".formatted(start, end);
    int every = random.nextInt(4);
    PageTables child = new PageTables(architecture, new Failing(every));
    NaiveTables naiveChild = new NaiveTables(architecture, new Failing(every));
    boolean ran = ran(() -> tables.copyTo(child, start, end, copyOnWrite, memory));
    assertThat(ran).isEqualTo(naive.copyTo(naiveChild, start, end, copyOnWrite));
    compare(child, naiveChild);
    assertThat(child.zap(0, architecture.addressLimit(), memory))
        .isEqualTo(naiveChild.entries().size());
    child.freeTables(0, architecture.addressLimit(), 0, 0);
    assertThat(child.tablePages()).isZero();
  }

  /** Makes room, also for what moves only where no table is. */
  private void clear() {
    long start = windows[random.nextInt(windows.length)];
    long end = Math.min(start + windowLength, limit());
    last = "clear %x-%x".formatted(start, end);
    assertThat(tables.zap(start, end, memory)).isEqualTo(naive.zap(start, end));
    tables.freeTables(start, end, 0, 0);
    naive.freeTables(start, end, 0, Long.MAX_VALUE);
  }

  private void freeTables() {
    long start = address();
    long end = end(start);
    long floor = random.nextBoolean() ? 0 : start - Math.min(start, length(start));
    long ceiling = random.nextBoolean() ? 0 : Math.min(end + length(end), limit());
    last = "freeTables %x-%x in %x-%x".formatted(start, end, floor, ceiling);
    tables.freeTables(start, end, floor, ceiling);
    boolean open = ceiling == 0 || ceiling == limit();
    naive.freeTables(start, end, floor, open ? Long.MAX_VALUE : ceiling);
  }

  private long limit() {
    return architecture.addressLimit();
  }

  private void compare(PageTables real, NaiveTables model) {
    real.verify();
    Map<Long, Mapped> found = new TreeMap<>();
    EntryFormat format = real.format();
    real.walk(
        0,
        limit(),
        (address, level, entry) ->
            found.put(
                address,
                new Mapped(
                    level,
                    format.pfn(level, entry),
                    format.protection(level, entry),
                    EntryFormat.isSpecial(entry))));
    if (!found.equals(model.entries())) {
      throw new AssertionError(firstDifference(found, model.entries()));
    }
    for (int level = 0; level < model.tables().size(); level++) {
      assertThat(real.tablePages(level))
          .as("tables of level %d", level)
          .isEqualTo(model.tables().get(level).size());
    }
    for (int i = 0; i < 10; i++) {
      long address = address() + random.nextLong(page());
      Map.Entry<Long, Mapped> at = model.at(address);
      assertThat(real.entryLevel(address)).isEqualTo(at == null ? -1 : at.getValue().level());
      assertThat(real.entry(address) == 0).isEqualTo(at == null);
    }
  }

  private static String firstDifference(Map<Long, Mapped> found, Map<Long, Mapped> expected) {
    TreeSet<Long> all = new TreeSet<>(found.keySet());
    all.addAll(expected.keySet());
    for (long address : all) {
      if (!Objects.equals(found.get(address), expected.get(address))) {
        return "at %x: %s instead of %s"
            .formatted(address, found.get(address), expected.get(address));
      }
    }
    return "none";
  }

  private void checkReferences() {
    Map<Long, Integer> held = new HashMap<>();
    for (Mapped mapped : naive.entries().values()) {
      if (!mapped.special()) {
        held.merge(mapped.pfn(), 1, Integer::sum);
      }
    }
    for (KernelPage page : pool) {
      assertThat(page.references()).isEqualTo(1 + held.getOrDefault(page.pfn(), 0));
      held.remove(page.pfn());
    }
    assertThat(memory.allocatedPages()).isEqualTo(pool.size() + held.size());
  }

  void finish() {
    last = "finish";
    assertThat(tables.zap(0, limit(), memory)).isEqualTo(naive.entries().size());
    tables.freeTables(0, limit(), 0, limit());
    assertThat(tables.tablePages()).isZero();
    tables.verify();
    for (KernelPage page : pool) {
      page.put();
    }
    assertThat(memory.allocatedPages()).isZero();
  }
}
