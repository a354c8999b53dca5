// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Profile;
import dev.vmarea.trace.evidence.DeviceDeclaration;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.evidence.EvidenceParser;
import dev.vmarea.trace.evidence.MalformedLine;
import dev.vmarea.trace.strace.RecordKind;
import dev.vmarea.trace.strace.StraceReader;
import dev.vmarea.trace.strace.StraceRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The lines that a script begins with: devices, and comments between them. They must be known
 * before the machine is made, since they decide its profile.
 *
 * @param devices the devices, in order
 * @param more whether the reader stands on the line behind, which is still to be replayed
 */
record ScriptHead(List<DeviceDeclaration> devices, boolean more) {
  /**
   * Reads them.
   *
   * @throws RecordingException for a device that is declared wrongly
   */
  static ScriptHead read(StraceReader log) throws IOException {
    Map<String, DeviceDeclaration> devices = new LinkedHashMap<>();
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
      if (!(line instanceof DeviceDeclaration device)) {
        return new ScriptHead(List.copyOf(devices.values()), true);
      }
      if (devices.put(device.path(), device) != null) {
        throw failure(record, log, device.path() + " is declared twice");
      }
    }
    return new ScriptHead(List.copyOf(devices.values()), false);
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
    if (line instanceof MalformedLine malformed) {
      refuse(malformed, record, log);
    }
  }

  private static void refuse(MalformedLine line, StraceRecord record, StraceReader log)
      throws RecordingException {
    if (line.kind().equals(DeviceDeclaration.KIND)) {
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
    ReplaySettings settings = given.withDevices(List.copyOf(all.values()));
    if (!given.profileAssumed()) {
      return settings;
    }
    List<String> notes = new ArrayList<>(given.notes());
    Profile profile = all.isEmpty() ? given.profile() : Profile.SETTLED;
    notes.add(
        all.isEmpty()
            ? "A log does not tell the kernel it comes from; "
                + profile
                + " in a common configuration is assumed."
            : "A script with devices is played by the rules of "
                + profile
                + " unless --profile names others.");
    return settings.withProfile(profile).withNotes(notes);
  }
}
