// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.trace.evidence.ArchitectureDeclaration;
import dev.vmarea.trace.evidence.DeviceDeclaration;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.evidence.EvidenceParser;
import dev.vmarea.trace.evidence.FailingSteps;
import dev.vmarea.trace.evidence.MalformedLine;
import dev.vmarea.trace.evidence.MemoryAccess;
import dev.vmarea.trace.evidence.MountDeclaration;
import dev.vmarea.trace.evidence.ProfileDeclaration;
import dev.vmarea.trace.evidence.UserControl;
import dev.vmarea.trace.strace.RecordKind;
import dev.vmarea.trace.strace.StraceReader;
import dev.vmarea.trace.strace.StraceRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lines that a script begins with: devices and mounted users, and comments between them. They
 * must be known before the machine is made, since they decide its profile.
 *
 * @param devices the devices, in order
 * @param mounts the users
 * @param profile the kernel that the script asks for, or null
 * @param architecture the machine's
 * @param more whether the reader stands on the line behind, which is still to be replayed
 */
record ScriptHead(
    List<DeviceDeclaration> devices,
    MountPlan mounts,
    @Nullable Profile profile,
    Architecture architecture,
    boolean more) {
  /** Kinds of lines that are a script's own, so that nobody but its author can have erred. */
  private static final Set<String> REFUSED_IF_GARBLED =
      Set.of(
          ProfileDeclaration.KIND,
          ArchitectureDeclaration.KIND,
          FailingSteps.KIND,
          DeviceDeclaration.KIND,
          MountDeclaration.KIND,
          UserControl.KIND,
          MemoryAccess.LOAD,
          MemoryAccess.STORE);

  /**
   * Reads them.
   *
   * @throws RecordingException for a device that is declared wrongly
   */
  static ScriptHead read(StraceReader log) throws IOException {
    Map<String, DeviceDeclaration> devices = new LinkedHashMap<>();
    MountPlan mounts = MountPlan.EMPTY;
    Profile profile = null;
    Architecture architecture = Architecture.X86_64;
    StraceRecord record = log.record();
    while (log.next()) {
      byte[] text = record.comment();
      if (text == null && (record.kind() == RecordKind.NOISE || record.kind() == RecordKind.BAD)) {
        continue;
      }
      EvidenceLine line = text == null ? null : EvidenceParser.parse(text);
      if (line instanceof MalformedLine malformed) {
        refuse(malformed, record, log);
      }
      if (line instanceof MountDeclaration mount) {
        mounts = mounts.with(mount.plan());
        continue;
      }
      if (line instanceof ProfileDeclaration asked) {
        profile = asked.profile();
        continue;
      }
      if (line instanceof ArchitectureDeclaration asked) {
        architecture = asked.architecture();
        continue;
      }
      if (!(line instanceof DeviceDeclaration device)) {
        return new ScriptHead(List.copyOf(devices.values()), mounts, profile, architecture, true);
      }
      if (devices.put(device.path(), device) != null) {
        throw failure(record, log, device.path() + " is declared twice");
      }
    }
    return new ScriptHead(List.copyOf(devices.values()), mounts, profile, architecture, false);
  }

  /**
   * Refuses a device behind the beginning.
   *
   * @throws RecordingException if the line declares one
   */
  static void refuseDevice(EvidenceLine line, StraceRecord record, StraceReader log)
      throws RecordingException {
    if (line instanceof DeviceDeclaration device) {
      throw failure(
          record,
          log,
          device.path() + " is declared too late: devices stand before all other lines");
    }
    if (line instanceof MountDeclaration mount) {
      throw failure(
          record,
          log,
          mount.plan().entries().firstEntry().getKey()
              + " is mounted too late: mounts stand before all other lines");
    }
    if (line instanceof ProfileDeclaration) {
      throw failure(
          record, log, "the profile is declared too late: it stands before all other lines");
    }
    if (line instanceof ArchitectureDeclaration) {
      throw failure(
          record, log, "the architecture is declared too late: it stands before all other lines");
    }
    if (line instanceof MalformedLine malformed) {
      refuse(malformed, record, log);
    }
  }

  private static void refuse(MalformedLine line, StraceRecord record, StraceReader log)
      throws RecordingException {
    if (REFUSED_IF_GARBLED.contains(line.kind())) {
      throw failure(record, log, line.problem());
    }
  }

  private static RecordingException failure(StraceRecord record, StraceReader log, String problem) {
    return new RecordingException(log.source() + ":" + record.lineNumber() + ": " + problem);
  }

  /** The settings for a log with this head. */
  ReplaySettings applyTo(ReplaySettings given) {
    Map<String, DeviceDeclaration> all = new LinkedHashMap<>();
    devices.forEach(device -> all.put(device.path(), device));
    given.devices().forEach(device -> all.put(device.path(), device));
    ReplaySettings settings =
        given
            .withDevices(List.copyOf(all.values()))
            .withMounts(mounts.with(given.mounts()))
            .withArchitecture(architecture);
    boolean script = !all.isEmpty() || !settings.mounts().entries().isEmpty();
    if (!given.profileAssumed()) {
      return settings;
    }
    Profile asked = profile;
    if (asked != null) {
      return settings.withProfile(asked);
    }
    List<String> notes = new ArrayList<>(given.notes());
    Profile assumed = script ? Profile.SETTLED : given.profile();
    notes.add(
        !script
            ? "A log does not tell the kernel it comes from; "
                + assumed
                + " in a common configuration is assumed."
            : "A script with devices or users of its own is played by the rules of "
                + assumed
                + " unless --profile names others.");
    return settings.withProfile(assumed).withNotes(notes);
  }
}
