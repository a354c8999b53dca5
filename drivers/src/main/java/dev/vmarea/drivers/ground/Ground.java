// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ground;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One way to put a user to work: in which state it is, which mapping of it is good, where its
 * limits are, and what can happen to it besides calls. A tool varies all of that. Immutable.
 *
 * @param name of the state, unique among a user's grounds: "plain", "killed"
 * @param settings of the user, beside its standard ones
 * @param setup done before anything is mapped; every act of it must succeed. It opens what is
 *     mapped as handle 0
 * @param mapping a mapping at page 0 that succeeds, of the whole of what there is, unless the state
 *     is one in which all are refused
 * @param unitPages the least that can be mapped or cut off, in pages: 512 for huge pages of 2 MiB
 * @param isDivisible whether parts of it can be mapped, in units; else only the whole
 * @param lengths other lengths that are worth a try, in bytes, beside those round the good one
 * @param offsets other offsets that are worth a try, in bytes, beside those round the good one
 * @param events what can happen at any time once the setup is done; may fail
 * @param architecture of the machine
 */
public record Ground(
    String name,
    Map<String, String> settings,
    List<Act> setup,
    Act.Placing mapping,
    long unitPages,
    boolean isDivisible,
    List<Long> lengths,
    List<Long> offsets,
    List<Act> events,
    Architecture architecture) {
  /** The usual state. */
  public static final String PLAIN = "plain";

  /** Keeps its own copies of the collections. */
  public Ground {
    settings = Map.copyOf(settings);
    setup = List.copyOf(setup);
    lengths = List.copyOf(lengths);
    offsets = List.copyOf(offsets);
    events = List.copyOf(events);
  }

  /**
   * The usual state of what is at {@code path}, of which {@code pages} from the start on are good.
   */
  public static Ground of(String path, long pages) {
    return of(path, OpenFile.O_RDWR, pages);
  }

  /** The same, opened with these O_ flags. */
  public static Ground of(String path, int openFlags, long pages) {
    return new Ground(
        PLAIN,
        Map.of(),
        List.of(new Act.Open(path, openFlags)),
        new Act.Map(0, 0, 0, Pages.bytes(pages), Prot.READ | Prot.WRITE, MapFlags.SHARED, 0),
        1,
        true,
        List.of(),
        List.of(),
        List.of(),
        Architecture.X86_64);
  }

  /** The same as another state, with its own name. */
  public Ground named(String newName) {
    return new Ground(
        newName,
        settings,
        setup,
        mapping,
        unitPages,
        isDivisible,
        lengths,
        offsets,
        events,
        architecture);
  }

  /** The same with a setting more. */
  public Ground with(String key, String value) {
    Map<String, String> more = new TreeMap<>(settings);
    more.put(key, value);
    return new Ground(
        name, more, setup, mapping, unitPages, isDivisible, lengths, offsets, events, architecture);
  }

  /** The same with this done behind what is done already. */
  public Ground after(Act... acts) {
    return new Ground(
        name,
        settings,
        join(setup, acts),
        mapping,
        unitPages,
        isDivisible,
        lengths,
        offsets,
        events,
        architecture);
  }

  /** The same with this done first, before the handles that it opens so far. */
  public Ground first(Act... acts) {
    return new Ground(
        name,
        settings,
        join(List.of(acts), setup.toArray(Act[]::new)),
        mapping,
        unitPages,
        isDivisible,
        lengths,
        offsets,
        events,
        architecture);
  }

  /** The same with another good mapping. */
  public Ground mapping(Act.Placing good) {
    return new Ground(
        name,
        settings,
        setup,
        good,
        unitPages,
        isDivisible,
        lengths,
        offsets,
        events,
        architecture);
  }

  /** The same, in units of so many pages. */
  public Ground unit(long pages) {
    return new Ground(
        name, settings, setup, mapping, pages, isDivisible, lengths, offsets, events, architecture);
  }

  /** The same, of which only the whole can be mapped. */
  public Ground whole() {
    return new Ground(
        name, settings, setup, mapping, unitPages, false, lengths, offsets, events, architecture);
  }

  /** The same with other lengths to be tried, in bytes. */
  public Ground lengths(Long... bytes) {
    return new Ground(
        name,
        settings,
        setup,
        mapping,
        unitPages,
        isDivisible,
        List.of(bytes),
        offsets,
        events,
        architecture);
  }

  /** The same with other offsets to be tried, in bytes. */
  public Ground offsets(Long... bytes) {
    return new Ground(
        name,
        settings,
        setup,
        mapping,
        unitPages,
        isDivisible,
        lengths,
        List.of(bytes),
        events,
        architecture);
  }

  /** The same with more that can happen. */
  public Ground events(Act... acts) {
    return new Ground(
        name,
        settings,
        setup,
        mapping,
        unitPages,
        isDivisible,
        lengths,
        offsets,
        join(events, acts),
        architecture);
  }

  /** The same on a machine of another architecture, whose pages have 4 KiB. */
  public Ground on(Architecture other) {
    return new Ground(
        name, settings, setup, mapping, unitPages, isDivisible, lengths, offsets, events, other);
  }

  private static List<Act> join(List<Act> acts, Act... more) {
    List<Act> all = new ArrayList<>(acts);
    all.addAll(List.of(more));
    return all;
  }
}
