// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.trace.evidence.DeviceDeclaration;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.MapsFile;
import dev.vmarea.trace.procmaps.SmapsEntry;
import dev.vmarea.trace.procmaps.SmapsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a replay is told besides the log. Immutable; start with {@link #of} and add.
 *
 * @param config configuration of the kernel that the log comes from
 * @param profile which kernel's rules apply
 * @param start map of the first process just after its first successful execve, or null
 * @param expected final map of the first process, or null
 * @param maxDivergences divergences kept in the report; all are counted
 * @param notes sentences that the report is to begin with
 * @param devices devices that the log may open besides those that it declares itself; these win
 * @param mounts users of the series that the log may open besides those that it mounts itself;
 *     these win
 * @param variants which variant of a kind is to be used, by the kind's id, whatever the mounts say
 * @param profileAssumed whether the profile is only a guess, which a script that declares devices
 *     replaces by {@link Profile#SETTLED}
 * @param pageTables whether the report is to show page tables
 * @param touch whether recorded page faults are made in the model, and the pages compared
 * @param architecture the machine's
 * @param follower told what happens while it does, or null
 */
public record ReplaySettings(
    KernelConfig config,
    Profile profile,
    @Nullable StartingMap start,
    @Nullable List<MapsEntry> expected,
    int maxDivergences,
    List<String> notes,
    List<DeviceDeclaration> devices,
    MountPlan mounts,
    Map<String, String> variants,
    boolean profileAssumed,
    boolean pageTables,
    boolean touch,
    Architecture architecture,
    @Nullable ReplayFollower follower) {

  /** Divergences kept unless said otherwise. */
  public static final int DEFAULT_MAX_DIVERGENCES = 100;

  public ReplaySettings {
    expected = expected == null ? null : List.copyOf(expected);
    notes = List.copyOf(notes);
    devices = List.copyOf(devices);
    variants = Map.copyOf(variants);
  }

  /** Without any map. */
  public static ReplaySettings of(KernelConfig config, Profile profile) {
    return new ReplaySettings(
        config,
        profile,
        null,
        null,
        DEFAULT_MAX_DIVERGENCES,
        List.of(),
        List.of(),
        MountPlan.EMPTY,
        Map.of(),
        false,
        false,
        false,
        Architecture.X86_64,
        null);
  }

  /** For a log that tells neither its kernel nor a configuration; the report says so. */
  public static ReplaySettings ofUnknownKernel() {
    return of(KernelConfig.standard(), Profile.LINUX_6_18)
        .with(draft -> draft.profileAssumed = true);
  }

  /** A starting map; opaque, made of a maps or a smaps file. */
  public static final class StartingMap {
    private final MapImage image;

    private StartingMap(MapImage image) {
      this.image = image;
    }

    /** From a maps file: which memory was written is not known. */
    public static StartingMap ofMaps(List<MapsEntry> entries) {
      return new StartingMap(MapImage.ofMaps(entries));
    }

    /** From a smaps file. */
    public static StartingMap ofSmaps(List<SmapsEntry> entries) {
      return new StartingMap(MapImage.ofSmaps(entries));
    }

    /**
     * From a file that is either maps or smaps; smaps says more.
     *
     * @throws IOException if it cannot be read or is neither; the message names the line
     */
    public static StartingMap read(Path file) throws IOException {
      return isSmaps(file) ? ofSmaps(SmapsFile.read(file)) : ofMaps(MapsFile.read(file));
    }

    MapImage image() {
      return image;
    }
  }

  /**
   * The map in a file that is either maps or smaps.
   *
   * @throws IOException if it cannot be read or is neither; the message names the line
   */
  public static List<MapsEntry> readMap(Path file) throws IOException {
    return isSmaps(file)
        ? SmapsFile.read(file).stream().map(SmapsEntry::map).toList()
        : MapsFile.read(file);
  }

  private static boolean isSmaps(Path file) throws IOException {
    byte[] head = new byte[8192];
    int length;
    try (InputStream in = Files.newInputStream(file)) {
      length = in.readNBytes(head, 0, head.length);
    }
    String text = new String(head, 0, length, StandardCharsets.ISO_8859_1);
    int second = text.indexOf('\n') + 1;
    return second > 0 && text.startsWith("Size:", second);
  }

  /** These settings with a starting map. */
  public ReplaySettings withStart(StartingMap map) {
    return with(draft -> draft.start = map);
  }

  /** These settings with an expected final map of the first process. */
  public ReplaySettings withExpected(List<MapsEntry> map) {
    return with(draft -> draft.expected = map);
  }

  /** These settings with another number of divergences kept. */
  public ReplaySettings withMaxDivergences(int limit) {
    return with(draft -> draft.maxDivergences = limit);
  }

  /** These settings with sentences that the report is to begin with. */
  public ReplaySettings withNotes(List<String> sentences) {
    return with(draft -> draft.notes = sentences);
  }

  /** These settings with devices that the log may open. */
  public ReplaySettings withDevices(List<DeviceDeclaration> declared) {
    return with(draft -> draft.devices = declared);
  }

  /** These settings with users that the log may open. */
  public ReplaySettings withMounts(MountPlan plan) {
    return with(draft -> draft.mounts = plan);
  }

  /** These settings with variants of kinds, by the kinds' ids. */
  public ReplaySettings withVariants(Map<String, String> chosen) {
    return with(draft -> draft.variants = chosen);
  }

  /** These settings with page tables in the report. */
  public ReplaySettings withPageTables() {
    return with(draft -> draft.pageTables = true);
  }

  /** These settings on a machine of another architecture. */
  ReplaySettings withArchitecture(Architecture other) {
    return with(draft -> draft.architecture = other);
  }

  /** These settings with page faults made in the model. */
  public ReplaySettings withTouch() {
    return with(draft -> draft.touch = true);
  }

  /** These settings with a follower, in the place of one they may have. */
  public ReplaySettings withFollower(ReplayFollower one) {
    return with(draft -> draft.follower = one);
  }

  /** These settings with a profile that is no guess. */
  public ReplaySettings withProfile(Profile known) {
    return with(draft -> {
      draft.profile = known;
      draft.profileAssumed = false;
    });
  }

  private ReplaySettings with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  /** Settings in the making: the same as some others, but for what is changed. */
  private static final class Draft {
    private final KernelConfig config;
    private Profile profile;
    private @Nullable StartingMap start;
    private @Nullable List<MapsEntry> expected;
    private int maxDivergences;
    private List<String> notes;
    private List<DeviceDeclaration> devices;
    private MountPlan mounts;
    private Map<String, String> variants;
    private boolean profileAssumed;
    private boolean pageTables;
    private boolean touch;
    private Architecture architecture;
    private @Nullable ReplayFollower follower;

    Draft(ReplaySettings same) {
      config = same.config;
      profile = same.profile;
      start = same.start;
      expected = same.expected;
      maxDivergences = same.maxDivergences;
      notes = same.notes;
      devices = same.devices;
      mounts = same.mounts;
      variants = same.variants;
      profileAssumed = same.profileAssumed;
      pageTables = same.pageTables;
      touch = same.touch;
      architecture = same.architecture;
      follower = same.follower;
    }

    ReplaySettings settings() {
      return new ReplaySettings(
          config,
          profile,
          start,
          expected,
          maxDivergences,
          notes,
          devices,
          mounts,
          variants,
          profileAssumed,
          pageTables,
          touch,
          architecture,
          follower);
    }
  }
}
