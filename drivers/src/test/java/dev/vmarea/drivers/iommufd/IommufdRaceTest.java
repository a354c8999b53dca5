// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.StepObserver;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.schedule.Interleaving;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.vma.OpenFile;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** mmap against the destruction of what it maps, in every order of their steps. */
class IommufdRaceTest {
  private static final String DEVICE = IommufdKind.INSTANCE.usualPath();
  private static final long BYTES = 16 << 10;
  private static final String LOOKED_UP = "A: " + IommufdFile.LOOKED_UP;
  private static final String REMAPPED = "A: " + IommufdFile.REMAPPED;
  private static final String COUNTED = "A: " + IommufdFile.COUNTED;
  private static final String DROPPED = "B: " + Destruction.DROPPED;
  private static final String ERASED = "B: " + Destruction.ERASED;
  private static final String FREED = "B: " + Destruction.FREED;
  private static final Set<String> ALL =
      Set.of(
          IommufdFile.LOOKED_UP,
          IommufdFile.REMAPPED,
          IommufdFile.COUNTED,
          Destruction.DROPPED,
          Destruction.ERASED,
          Destruction.FREED);

  /** The hooks, and in which orders each must go wrong. */
  enum Hook {
    /** Destroyed between lookup and count, however far (I1, I2); or in the middle (I3). */
    BASE("base", Profile.SETTLED, Hook::countsLate),
    /** The same, with more in between. */
    V3("v3", Profile.V3_AS_POSTED, Hook::countsLate),
    /** Only what is looked up in the middle of a destruction (I3). */
    FIRST_FIX("first-fix", Profile.SETTLED, Hook::countsBlindly),
    /** Never. */
    MERGED("merged", Profile.SETTLED, order -> false),
    /** Never. */
    OWN("own", Profile.SETTLED, order -> false);

    private final String variant;
    private final Profile profile;
    private final Predicate<Interleaving> wrong;

    Hook(String variant, Profile profile, Predicate<Interleaving> wrong) {
      this.variant = variant;
      this.profile = profile;
      this.wrong = wrong;
    }

    private static boolean countsLate(Interleaving order) {
      boolean found = order.isBefore(LOOKED_UP, ERASED);
      return found && order.isBefore(DROPPED, COUNTED);
    }

    private static boolean countsBlindly(Interleaving order) {
      return order.isBefore(DROPPED, LOOKED_UP) && order.isBefore(LOOKED_UP, ERASED);
    }

    UserLab lab() throws ErrnoException {
      return new UserLab(
          profile,
          MountPlan.EMPTY.with(
              DEVICE, new MountPlan.Entry(IommufdKind.INSTANCE, variant, Map.of())));
    }
  }

  /** A machine with a region that nobody has mapped, and two processes. */
  private static final class Race {
    private final UserLab lab;
    private final IommufdContext context;
    private final OpenFile file;
    private final AddressSpace other;
    private String first = "";
    private String second = "";
    private String destroyed = "";

    Race(Hook hook, StepObserver order) {
      try {
        lab = hook.lab();
        other = lab.fork();
        file = lab.open(DEVICE);
        context = ((IommufdDevice) lab.user(DEVICE)).context(1);
        context.addRegion(0, BYTES);
      } catch (ErrnoException e) {
        throw new AssertionError(e);
      }
      lab.user(DEVICE).observe(order);
    }

    void mapFirst() {
      first = map(lab.space(), file);
    }

    void mapSecond() {
      second = map(other, file);
    }

    private static String map(AddressSpace space, OpenFile file) {
      return UserLab.text(
          space
              .syscalls()
              .mmap(
                  UserLab.BASE,
                  BYTES,
                  Prot.READ | Prot.WRITE,
                  MapFlags.SHARED | MapFlags.FIXED,
                  file,
                  4096));
    }

    void addRegion(long from) {
      try {
        context.addRegion(from, BYTES);
      } catch (ErrnoException e) {
        throw new AssertionError(e);
      }
    }

    /** Another process gets the same registers, in a context of its own, and writes 42. */
    void useByAnother(IommufdContext theirs, OpenFile theirFile) {
      try {
        theirs.addRegion(0, BYTES);
      } catch (ErrnoException e) {
        throw new AssertionError(e);
      }
      lab.user(DEVICE).observe(StepObserver.NONE);
      second = map(other, theirFile);
      try (Cpu cpu = other.cpu()) {
        cpu.storeInt(UserLab.BASE + QueueRegisters.PRODUCER, 42);
      }
    }

    void destroy() {
      try {
        context.destroy(1);
        destroyed = "ok";
      } catch (ErrnoException e) {
        destroyed = "-" + e.errno().name();
      }
    }

    /** All is unmapped and closed; what was wrong with it meanwhile. */
    String end() {
      lab.check();
      return lab.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mmapAgainstDestroy(Hook hook) {
    Set<String> seen = new TreeSet<>();
    int orders =
        Interleaving.each(
            ALL,
            order -> {
              Race race = new Race(hook, order);
              order.with("A", race::mapFirst).with("B", race::destroy).run();
              String result = race.first + " and " + race.destroyed;
              String end = race.end();

              if (hook.wrong.test(order)) {
                seen.add(name(order));
                assertThat(result).as(order.toString()).isEqualTo("ok and ok");
                assertThat(end).as(order.toString()).contains("broken", "REFCOUNT");
                if (order.isBefore(ERASED, COUNTED)) {
                  assertThat(end).as(order.toString()).contains("USE_AFTER_FREE");
                }
              } else {
                assertThat(result).as(order.toString()).isIn("ok and -EBUSY", "-ENXIO and ok");
                assertThat(end).as(order.toString()).isEmpty();
              }
            });

    assertThat(orders).isGreaterThan(5);
    switch (hook) {
      case BASE, V3 -> assertThat(seen).contains("I1", "I2", "I3");
      case FIRST_FIX -> assertThat(seen).containsExactly("I3");
      case MERGED, OWN -> assertThat(seen).isEmpty();
    }
  }

  /** What the table of interleavings calls it. */
  private static String name(Interleaving order) {
    if (order.isBefore(LOOKED_UP, DROPPED) && order.isBefore(FREED, REMAPPED)) {
      return "I1"; // all is gone when it is remapped
    } else if (order.isBefore(REMAPPED, DROPPED)) {
      return "I2"; // only the count was left to do
    }
    return order.isBefore(DROPPED, LOOKED_UP) ? "I3" : "in between";
  }

  /** Who has looked up first gets it: I1 with 1' first, and with 2 first. */
  @Test
  void mergedHookWinsOrFindsNothing() {
    Interleaving.each(
        ALL,
        order -> {
          Race race = new Race(Hook.MERGED, order);
          order.with("A", race::mapFirst).with("B", race::destroy).run();

          boolean first = order.has(LOOKED_UP) && !order.isBefore(DROPPED, LOOKED_UP);
          assertThat(race.first).as(order.toString()).isEqualTo(first ? "ok" : "-ENXIO");
        });
  }

  /** I13: two processes map, a third one destroys. */
  @ParameterizedTest
  @EnumSource
  void twoMmapsAgainstDestroy(Hook hook) {
    Set<String> points = Set.of(IommufdFile.LOOKED_UP, IommufdFile.REMAPPED, Destruction.DROPPED);
    int[] wrong = {0};

    Interleaving.each(
        points,
        order -> {
          Race race = new Race(hook, order);
          order.with("A", race::mapFirst).with("C", race::mapSecond).with("B", race::destroy).run();
          boolean mapped = race.first.equals("ok") || race.second.equals("ok");
          boolean stays = race.destroyed.equals("-EBUSY");
          String end = race.end();

          boolean legal = mapped == stays && end.isEmpty();
          wrong[0] += legal ? 0 : 1;
          if (hook == Hook.MERGED || hook == Hook.OWN) {
            assertThat(legal).as(order + ": " + end).isTrue();
          }
        });

    assertThat(wrong[0] > 0).isEqualTo(hook != Hook.MERGED && hook != Hook.OWN);
  }

  /** Between lookup and the end of mmap the object goes, and its registers are another's. */
  private static Race recycled(Hook hook, long from) {
    Race race = new Race(hook, StepObserver.NONE);
    race.lab
        .user(DEVICE)
        .observe(name -> {
          if (name.equals(IommufdFile.LOOKED_UP)) {
            race.destroy();
            race.addRegion(from);
          }
        });
    race.mapFirst();
    return race;
  }

  /** Another thread of a process, which was there before the call that it watches. */
  private static final class Sibling implements AutoCloseable {
    private static final int SIGNAL = -1;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Cpu cpu;

    Sibling(AddressSpace space) {
      cpu =
          on(() -> {
            Cpu own = space.cpu();
            own.offline();
            return own;
          });
    }

    private <T> T on(Supplier<T> body) {
      return CompletableFuture.supplyAsync(body, thread).orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** What it reads from the producer's register now. */
    int read() {
      return on(() -> {
        cpu.online();
        try {
          return cpu.loadInt(UserLab.BASE + QueueRegisters.PRODUCER);
        } catch (MemoryFault fault) {
          return SIGNAL;
        } finally {
          cpu.offline();
        }
      });
    }

    @Override
    public void close() {
      on(() -> {
        cpu.close();
        return true;
      });
      thread.shutdown();
    }
  }

  @Test
  void soundHookRefusesAnotherRegionAtTheSameOffset() {
    Race race = recycled(Hook.OWN, BYTES);

    assertThat(race.destroyed).isEqualTo("ok");
    assertThat(race.first).isEqualTo("-ENXIO");
    assertThat(race.lab.vma(0)).isNull();
    assertThat(race.end()).isEmpty();
  }

  /** Who has the same registers at the same offset now is as good as who had them. */
  @Test
  void soundHookMapsTheSameRegistersOfAnotherOwner() {
    Race race = recycled(Hook.OWN, 0);

    assertThat(race.first).isEqualTo("ok");
    assertThat(race.context.objects().getFirst().users().value()).isEqualTo(2);
    assertThat(race.end()).isEmpty();
  }

  /** The exposure that no hook of that kind can prevent, and that ends with mmap. */
  @Test
  void registersOfAnotherCanBeReadUntilMappedHasFailed() throws ErrnoException {
    Race race = new Race(Hook.OWN, StepObserver.NONE);
    OpenFile others = race.lab.open(DEVICE);
    IommufdContext context = ((IommufdDevice) race.lab.user(DEVICE)).context(2);
    AtomicInteger seen = new AtomicInteger();
    try (Sibling sibling = new Sibling(race.lab.space())) {
      race.lab
          .user(DEVICE)
          .observe(name -> {
            if (name.equals(IommufdFile.LOOKED_UP)) {
              race.destroy();
              race.useByAnother(context, others);
              race.lab
                  .user(DEVICE)
                  .observe(later -> {
                    if (later.equals(IommufdFile.REMAPPED)) {
                      seen.set(sibling.read());
                    }
                  });
            }
          });

      race.mapFirst();

      assertThat(seen).hasValue(42);
      assertThat(race.first).isEqualTo("-ENXIO");
      assertThat(sibling.read()).isEqualTo(Sibling.SIGNAL);
    }
    assertThat(race.end()).isEmpty();
  }
}
