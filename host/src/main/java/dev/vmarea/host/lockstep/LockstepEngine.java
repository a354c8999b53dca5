// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.host.fuzz.Finding;
import dev.vmarea.host.fuzz.HostException;
import dev.vmarea.host.fuzz.Lockstep;
import dev.vmarea.host.fuzz.Order;
import dev.vmarea.host.fuzz.Outcome;
import dev.vmarea.host.puppet.Puppet;
import dev.vmarea.host.puppet.PuppetException;
import dev.vmarea.host.puppet.PuppetImage;
import dev.vmarea.host.puppet.Puppets;
import dev.vmarea.host.system.HostConfig;
import dev.vmarea.host.system.HostProcessor;
import dev.vmarea.host.tracing.RemoteMemory;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.space.Task;
import dev.vmarea.testkit.Call;
import dev.vmarea.testkit.CallGenerator;
import dev.vmarea.testkit.HugeTerrain;
import dev.vmarea.testkit.ModelProcesses;
import dev.vmarea.testkit.Shrinker;
import dev.vmarea.testkit.Verb;
import dev.vmarea.testkit.Vocabulary;
import dev.vmarea.testkit.WrittenBytes;
import dev.vmarea.vma.Inode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@link Lockstep} on this host. */
public final class LockstepEngine implements Lockstep {
  private static final int CAPABILITY_VERSION = 0x2008_0522;
  private static final int WINDOW_BYTES = 64 * 4096;
  private static final long PAGE = 4096;
  private static final long HUGE_WINDOW = 0x1000_0000_0000L;
  private static final int HUGE_WINDOW_PAGES = 8;

  private final HostConfig host = HostConfig.read();
  private Machine machine;
  private final Puppets puppets;
  private final KernelMap map = new KernelMap();
  private final OpenFiles files;
  private final long hugePageSize;
  private final @Nullable HostHugePages hugePages;
  private final List<String> missing = new ArrayList<>();
  private final KernelProcesses.Constants constants;
  private final Precautions precautions;
  private final PuppetImage image = new PuppetImage();
  private final RemoteMemory memory = new RemoteMemory();
  private final Set<Integer> sealed = new TreeSet<>();
  private @Nullable Template template;
  private @Nullable Template crowded;

  /**
   * An engine for the calling thread.
   *
   * @param withHugePages whether it may set how many huge pages this host has, while it exists
   * @throws HostException if this host permits no puppets
   */
  public LockstepEngine(final boolean withHugePages) throws IOException {
    machine = new Machine(host.kernel(), Profile.LINUX_6_18);
    try {
      puppets = new Puppets();
    } catch (final PuppetException e) {
      throw hostOr(e);
    }
    hugePageSize = host.kernel().defaultHugePageSize();
    hugePages = withHugePages ? takeHugePages() : null;
    precautions =
        new Precautions(
            host.thpEnabled().equals("always"),
            hugePages != null,
            HostProcessor.hasProtectionKeys());
    try {
      files = new OpenFiles(hugePages == null ? 0 : hugePageSize);
    } catch (final IOException | RuntimeException e) {
      if (hugePages != null) {
        hugePages.close();
      }
      throw e;
    }
    missing.addAll(files.missing());
    files.prepare(image);
    constants =
        new KernelProcesses.Constants(
            image.words(1, 0),
            image.words(CAPABILITY_VERSION),
            image.words(0, 0, 0),
            image.data(WrittenBytes.pattern()));
    try {
      template = start();
    } catch (final PuppetException e) {
      close();
      throw hostOr(e);
    } catch (final IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private @Nullable HostHugePages takeHugePages() {
    try {
      return HostHugePages.take(hugePageSize);
    } catch (final IOException e) {
      missing.add("huge pages of hugetlb: " + e.getMessage());
      return null;
    }
  }

  @Override
  public List<String> missing() {
    return List.copyOf(missing);
  }

  private static IOException hostOr(final PuppetException e) {
    return e.reason() == PuppetException.Reason.HOST
        ? new HostException(String.valueOf(e.getMessage()))
        : e;
  }

  private Template start() throws IOException {
    final Puppet puppet = puppets.start(image);
    try {
      files.openIn(puppet);
      return load(puppet, false);
    } catch (final IOException | RuntimeException e) {
      puppet.close();
      throw e;
    }
  }

  private Template load(final Puppet puppet, final boolean forked) throws IOException {
    final Template made = Template.of(puppet, machine, files.count());
    // What is loaded brings as many huge pages as anybody wants; here it is known how many there
    // are.
    for (final long size : host.kernel().hugePageSizes()) {
      if (size == hugePageSize && hugePages != null) {
        hugePages.copyTo(pool(), size);
      } else {
        pool().setTotal(size, 0);
      }
    }
    made.takeStack(memory, forked);
    return made;
  }

  private HugePagePool pool() {
    if (machine.backing() instanceof KernelFiles kernelFiles) {
      return kernelFiles.hugePages();
    }
    throw new IllegalStateException("a machine without huge pages");
  }

  /** A template that is a few areas below the limit. */
  private Template crowd() throws IOException {
    final Template known = crowded;
    if (known != null) {
      return known;
    }
    final Puppet puppet = fork(template().puppet());
    try {
      new Crowd(puppet, host.kernel().maxMapCount()).fill(template().model().mapCount());
      final Template made = load(puppet, true);
      crowded = made;
      return made;
    } catch (final IOException | RuntimeException e) {
      puppet.close();
      throw e;
    }
  }

  private Template template() {
    final Template known = template;
    if (known == null) {
      throw new IllegalStateException("closed");
    }
    return known;
  }

  private static Puppet fork(final Puppet parent) throws IOException {
    final Puppet.Forked forked = parent.fork();
    final Puppet child = forked.child();
    if (child == null) {
      throw new IOException("the puppet cannot fork: errno=" + -forked.result());
    }
    return child;
  }

  private Twin begin(final Order order, final Map<Exclusion, Integer> exclusions)
      throws IOException {
    final Template from = order.crowded() ? crowd() : template();
    files.reset();
    for (int i = 0; i < files.count(); i++) {
      if (files.firstSize(i) >= 0) {
        from.files().get(i).inode().truncate(0);
        from.files().get(i).inode().truncate(files.firstSize(i));
      }
      if (files.isFilled(i)) {
        fill(from.files().get(i).inode(), files.isSecret(i));
        from.files().get(i).inode().truncate(files.firstSize(i)); // as the kernel's was
      }
    }
    for (final OpenFiles.Segment segment : files.segments()) {
      SharedSegment known = machine.segments().find(segment.id());
      if (known == null) {
        known = machine.segments().add(segment.id(), 0, segment.size());
      }
      known.inode().truncate(0);
      known.inode().truncate(segment.size());
    }
    final KernelProcesses kernel =
        new KernelProcesses(fork(from.puppet()), constants, files.segments());
    final Task task = from.model().task().copy();
    final AddressSpace space;
    try {
      space = from.model().fork(task);
    } catch (final ErrnoException e) {
      kernel.close();
      throw new IOException("the model cannot fork its template", e);
    }
    if (!order.privileged() && task.capabilities() != 0) {
      kernel.dropCapabilities();
      task.capabilities(0);
    }
    final int[] ids = files.segments().stream().mapToInt(OpenFiles.Segment::id).toArray();
    final long tooMuch =
        (host.kernel().totalRamPages() + host.kernel().totalSwapPages() + 1) * PAGE;
    return new Twin(
        new ModelProcesses(space, from.files(), true, ids),
        kernel,
        map,
        new Comparison(from.vsyscall(), exclusions),
        precautions,
        exclusions,
        new Twin.Place(
            from.bottomOfTop() - WINDOW_BYTES,
            from.model().layout().startBrk,
            files.count(),
            ids.length,
            files.removableSegment(),
            hugeTerrain(),
            tooMuch),
        memory,
        hugePageComparison());
  }

  private @Nullable HugeTerrain hugeTerrain() {
    return hugePages == null
        ? null
        : new HugeTerrain(HUGE_WINDOW, HUGE_WINDOW_PAGES, hugePageSize, files.huge());
  }

  private @Nullable HugePageComparison hugePageComparison() {
    final HostHugePages pages = hugePages;
    return pages == null ? null : new HugePageComparison(pages, pool(), hugePageSize);
  }

  private void fill(final Inode inode, final boolean written) throws IOException {
    final PhysicalMemory ram = machine.kernel().memory();
    try {
      for (long index = 0; index < Pages.count(Pages.ceil(inode.size())); index++) {
        final KernelPage page = new KernelPage(ram, inode.pageCache().get(ram, index));
        page.mark(KernelPage.Mark.REFERENCED); // filling looks pages up
        if (written) {
          page.mark(KernelPage.Mark.DIRTY);
        }
        page.put();
      }
    } catch (final ErrnoException e) {
      throw new IOException("the model has no page for a file", e);
    }
  }

  @Override
  public Outcome run(final Order order) throws IOException {
    final Map<Exclusion, Integer> exclusions = new EnumMap<>(Exclusion.class);
    final Outcome outcome;
    try (Twin twin = open(order, exclusions)) {
      outcome = run(order, twin, exclusions);
    }
    final String left = leftBehind();
    if (outcome.difference() == null && left == null) {
      return outcome;
    }
    // What model or kernel have lost no later sequence may meet, nor those that make this one
    // short.
    if (hugePages != null) {
      hugePages.giveUpLost();
    }
    templates().forEach(Template::close);
    crowded = null;
    template = null;
    machine = new Machine(host.kernel(), Profile.LINUX_6_18);
    template = start();
    return left == null || outcome.difference() != null ? outcome : outcome.differing(left);
  }

  /** What became of the huge pages, now that no sequence has any. */
  private @Nullable String leftBehind() throws IOException {
    final HugePageComparison comparison = hugePageComparison();
    if (comparison == null) {
      return null;
    }
    renewSealed(); // a file that must not shrink keeps what it has
    files.dropHugePages();
    for (final Template known : templates()) {
      files.huge().forEach(number -> known.files().get(number).inode().truncate(0));
    }
    return comparison.leftBehind();
  }

  private List<Template> templates() {
    final List<Template> known = new ArrayList<>();
    if (template != null) {
      known.add(template);
    }
    if (crowded != null) {
      known.add(crowded);
    }
    return known;
  }

  /** Seals are for ever: those files are made anew, and the template, which has them open. */
  private void renewSealed() throws IOException {
    if (sealed.isEmpty()) {
      return;
    }
    for (final int descriptor : sealed) {
      files.renew(descriptor);
    }
    sealed.clear();
    templates().forEach(Template::close);
    crowded = null;
    template = null;
    template = start();
  }

  /** Begins a sequence; a template that died is replaced first. */
  private Twin open(final Order order, final Map<Exclusion, Integer> exclusions)
      throws IOException {
    renewSealed();
    try {
      return begin(order, exclusions);
    } catch (final PuppetException died) {
      templates().forEach(Template::close);
      crowded = null;
      template = null;
      template = start();
      return begin(order, exclusions);
    }
  }

  private Outcome run(final Order order, final Twin twin, final Map<Exclusion, Integer> exclusions)
      throws IOException {
    Branches.clear();
    final Features features = new Features();
    final List<String> made = new ArrayList<>();
    final Map<String, Integer> users = new TreeMap<>();
    final CallGenerator generator = new CallGenerator(order.seed(), Vocabulary.KERNEL);
    String difference = twin.compare();
    if (difference != null) {
      difference = "before the first call: " + difference;
    }
    final int steps = order.given().size() + order.random();
    for (int i = 0; i < steps && difference == null; i++) {
      final Call call =
          i < order.given().size() ? Call.parse(order.given().get(i)) : generator.next(twin);
      if (!twin.permits(call)) {
        continue;
      }
      made.add(call.toString());
      users.merge(User.of(call, twin.model()).toString(), 1, Integer::sum);
      final int before = twin.model().space().mapCount();
      try {
        difference = twin.step(call);
      } catch (final RuntimeException | StackOverflowError | AssertionError broken) {
        difference = "the model broke: " + broken;
      }
      final Twin.Step step = twin.steps().getLast();
      // Refused by the kernel, but not by the model, it differs; then the model's file is sealed.
      if (call.verb() == Verb.ADD_SEALS && (step.result() == 0 || difference != null)) {
        sealed.add((int) call.argument(0));
      }
      features.step(call, step.result(), before, twin.vmas());
    }
    if (difference == null) {
      difference = twin.compareAll();
    }
    final Map<String, Integer> counted = new TreeMap<>();
    exclusions.forEach((exclusion, count) -> counted.put(exclusion.name(), count));
    final int[] branches = Branches.numbers();
    final int[] outcomes = features.outcomes();
    final int[] all = Arrays.copyOf(branches, branches.length + outcomes.length);
    System.arraycopy(outcomes, 0, all, branches.length, outcomes.length);
    return new Outcome(made, made.size(), difference, all, features.states(), counted, users);
  }

  @Override
  public Order shrink(final Order differing) throws IOException {
    final List<String> calls = run(differing).calls();
    try {
      return differing.exactly(
          Shrinker.shrink(
              calls,
              part -> {
                try {
                  return run(differing.exactly(part)).difference() != null;
                } catch (final IOException e) {
                  throw new UncheckedIOException(e);
                }
              }));
    } catch (final UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public Finding tell(final Order order) throws IOException {
    final Map<Exclusion, Integer> exclusions = new EnumMap<>(Exclusion.class);
    try (Twin twin = open(order, exclusions)) {
      final Outcome outcome = run(order, twin, exclusions);
      final Template from = order.crowded() ? crowd() : template();
      final String difference = outcome.difference() == null ? "" : outcome.difference();
      final ScriptText script = new ScriptText(host, from, files, map);
      return new Finding(
          difference,
          script.text(twin, order, difference),
          new ProgramText(twin.steps(), order).text(difference));
    }
  }

  @Override
  public void close() {
    templates().forEach(Template::close);
    files.close();
    if (hugePages != null) {
      hugePages.close();
    }
    memory.close();
    map.close();
    puppets.close();
  }
}
