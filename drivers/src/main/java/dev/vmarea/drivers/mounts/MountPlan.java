// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mounts;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which users are to be put where on a machine: the mount table as it is written down. Immutable.
 *
 * @param entries by path
 */
public record MountPlan(SequencedMap<String, Entry> entries) {
  private static final String USER = "user";
  private static final String VARIANT = "variant";
  private static final String STACKED = "stacked";

  /** Nothing anywhere. */
  public static final MountPlan EMPTY = new MountPlan(new LinkedHashMap<>());

  /**
   * One user.
   *
   * @param kind what it is
   * @param variant name of its variant, or empty for the default of the machine's profile
   * @param settings what is given of its settings
   * @param stacked whether its files are reached through stacked files with the old hook
   */
  public record Entry(
      UserKind kind, String variant, Map<String, String> settings, boolean stacked) {
    /**
     * Keeps its own copy of the map.
     *
     * @throws IllegalArgumentException for a variant or setting that the kind does not have
     */
    public Entry {
      settings = Map.copyOf(settings);
      SettingValues.of(kind, settings);
      if (!variant.isEmpty()) {
        kind.variant(variant);
      }
    }

    /** One whose files are reached as they are. */
    public Entry(UserKind kind, String variant, Map<String, String> settings) {
      this(kind, variant, settings, false);
    }

    /**
     * As written: {@code user=relay}, perhaps {@code variant=legacy} and {@code stacked=yes}, and
     * settings.
     *
     * @throws IllegalArgumentException without a user, or saying what is not known
     */
    public static Entry of(Map<String, String> pairs) {
      Map<String, String> settings = new HashMap<>(pairs);
      String user = settings.remove(USER);
      String variant = settings.remove(VARIANT);
      String stacked = settings.remove(STACKED);
      if (user == null) {
        throw new IllegalArgumentException(
            "user= is missing (what is mounted, such as user=relay)");
      }
      return new Entry(
          UserCatalog.named(user),
          variant == null ? "" : variant,
          settings,
          stacked != null && SettingValues.isYes(STACKED, stacked));
    }

    /** As written, without the path. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(USER + "=" + kind.id());
      if (!variant.isEmpty()) {
        text.append(" " + VARIANT + "=").append(variant);
      }
      if (stacked) {
        text.append(" " + STACKED + "=yes");
      }
      settings.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(
              pair -> text.append(' ').append(pair.getKey()).append('=').append(pair.getValue()));
      return text.toString();
    }
  }

  /** Keeps its own copy of the map. */
  public MountPlan {
    entries = new LinkedHashMap<>(entries);
  }

  /** Every kind at its usual paths, with its standard settings. */
  public static MountPlan standard() {
    SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    for (UserKind kind : UserCatalog.all()) {
      Entry standard = new Entry(kind, "", Map.of());
      kind.about().paths().forEach(path -> entries.put(path, standard));
    }
    return new MountPlan(entries);
  }

  /**
   * A plan as in a properties file: {@code PATH.key = value}.
   *
   * @throws IllegalArgumentException naming the path or line that is wrong, and why
   */
  public static MountPlan ofProperties(Map<String, String> properties) {
    SortedMap<String, Map<String, String>> byPath = new TreeMap<>();
    properties.forEach((name, value) -> {
      int dot = name.lastIndexOf('.');
      if (dot <= 0) {
        throw new IllegalArgumentException(
            name + ": a path and a setting expected, such as /dev/iommu.user");
      }
      byPath
          .computeIfAbsent(name.substring(0, dot), path -> new TreeMap<>())
          .put(name.substring(dot + 1), value.strip());
    });
    MountPlan plan = EMPTY;
    for (Map.Entry<String, Map<String, String>> place : byPath.entrySet()) {
      try {
        plan = plan.with(place.getKey(), Entry.of(place.getValue()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(place.getKey() + ": " + e.getMessage(), e);
      }
    }
    return plan;
  }

  /** This plan with the entries of {@code other}, which win. */
  public MountPlan with(MountPlan other) {
    SequencedMap<String, Entry> all = new LinkedHashMap<>(entries);
    all.putAll(other.entries);
    return new MountPlan(all);
  }

  /**
   * This plan with one entry more, which wins.
   *
   * @param path absolute and without detours, or a word with a colon ("memfd:")
   * @throws IllegalArgumentException for another path
   */
  public MountPlan with(String path, Entry entry) {
    boolean detour = path.contains("//") || path.matches(".*/\\.\\.?(/.*)?") || path.endsWith("/");
    if (!path.matches("\\w+:") && (!path.startsWith("/") || detour)) {
      throw new IllegalArgumentException(
          "path=" + path + ": an absolute path expected, such as /dev/iommu");
    }
    SequencedMap<String, Entry> all = new LinkedHashMap<>(entries);
    all.put(path, entry);
    return new MountPlan(all);
  }

  /** This plan with this variant wherever {@code kind} is. */
  public MountPlan withVariant(UserKind kind, String variant) {
    SequencedMap<String, Entry> all = new LinkedHashMap<>(entries);
    all.replaceAll((path, entry) ->
        entry.kind == kind ? new Entry(kind, variant, entry.settings, entry.stacked) : entry);
    return new MountPlan(all);
  }

  /**
   * Makes all of it on {@code machine} and puts it into its mount table.
   *
   * @throws IllegalArgumentException for settings that do not fit together, or a variant that the
   *     machine's profile cannot have
   * @throws ErrnoException ENOMEM without memory for a device
   */
  public MountedUsers mount(Machine machine) throws ErrnoException {
    MountedUsers mounted = new MountedUsers(machine);
    for (Map.Entry<String, Entry> place : entries.entrySet()) {
      Entry entry = place.getValue();
      try {
        mounted.add(place.getKey(), make(machine, entry), entry.stacked);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(place.getKey() + ": " + e.getMessage(), e);
      }
    }
    return mounted;
  }

  private static UserModel make(Machine machine, Entry entry) throws ErrnoException {
    UserKind kind = entry.kind;
    Variant variant =
        entry.variant.isEmpty()
            ? kind.defaultVariant(machine.kernel().profile())
            : kind.variant(entry.variant);
    if (!variant.existsIn(machine.kernel().profile())) {
      throw new IllegalArgumentException(
          machine.kernel().profile()
              + " lacks what the variant "
              + variant
              + " of "
              + kind.id()
              + " needs");
    }
    return kind.make(machine, variant, SettingValues.of(kind, entry.settings));
  }
}
