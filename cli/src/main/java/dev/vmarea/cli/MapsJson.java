// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.json.JsonWriter;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.SmapsEntry;
import dev.vmarea.trace.procmaps.SmapsField;
import java.util.List;
import java.util.Locale;

/**
 * A map as one JSON object. Addresses are strings, since many readers keep numbers as floating
 * point; the numbers of smaps are in kB where the kernel prints a unit.
 */
final class MapsJson {
  private MapsJson() {}

  static String of(MapSource map) {
    JsonWriter json = new JsonWriter().beginObject().member("schema", 1);
    List<MapsEntry> entries = map.entries();
    json.member("source", map.name())
        .member("vmas", entries.stream().filter(e -> !e.vsyscall()).count())
        .member(
            "bytes",
            entries.stream().filter(e -> !e.vsyscall()).mapToLong(MapsEntry::length).sum());
    json.key("entries").beginArray();
    for (int i = 0; i < entries.size(); i++) {
      json.beginObject();
      entry(json, entries.get(i));
      if (!map.smaps().isEmpty()) {
        smaps(json, map.smaps().get(i));
      }
      json.endObject();
    }
    return json.endArray().endObject().text();
  }

  private static void entry(JsonWriter json, MapsEntry entry) {
    json.member("start", hex(entry.start()))
        .member("end", hex(entry.end()))
        .member("perms", entry.perms())
        .member("offset", hex(entry.offset()))
        .member("device", device(entry))
        .member("inode", Long.toUnsignedString(entry.inode()))
        .member("name", entry.name());
  }

  private static void smaps(JsonWriter json, SmapsEntry entry) {
    json.key("smaps").beginObject();
    for (SmapsField field : entry.fields()) {
      json.member(field.name(), field.value());
    }
    json.endObject();
    List<String> flags = entry.vmFlags();
    if (flags != null) {
      json.key("flags").beginArray();
      flags.forEach(json::value);
      json.endArray();
    }
  }

  private static String device(MapsEntry entry) {
    return String.format(Locale.ROOT, "%02x:%02x", entry.major(), entry.minor());
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
