// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.base.Profile;
import dev.vmarea.host.evidence.FaultEvidence;
import dev.vmarea.host.system.HostConfig;
import dev.vmarea.host.system.ProcessLayout;
import dev.vmarea.trace.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code meta.json}: what a recording was made of and on. */
final class RecordingMeta {
  private RecordingMeta() {}

  static byte[] text(
      final RecordRequest request,
      final RecordingResult result,
      final HostConfig host,
      final FaultEvidence evidence,
      final @Nullable ProcessLayout layout) {
    final JsonWriter json = new JsonWriter();
    json.beginObject()
        .member("schema", 1)
        .member("kernel", host.release())
        .member("machine", host.machine())
        .member("profile", Profile.forRelease(host.release()).profile().name());
    json.key("command").beginArray();
    for (final byte[] argument : request.command()) {
      json.value(request.redact() ? "redacted" : new String(argument, StandardCharsets.ISO_8859_1));
    }
    json.endArray();
    if (result.exitStatus().isPresent()) {
      json.member("exitStatus", result.exitStatus().getAsInt());
    } else {
      json.member("exitStatus", (String) null);
    }
    if (result.signal().isPresent()) {
      json.member("signal", result.signal().getAsInt());
    } else {
      json.member("signal", (String) null);
    }
    json.member("rootPid", result.rootPid());
    json.key("config").beginObject();
    for (final Map.Entry<String, Object> entry : host.asMap().entrySet()) {
      json.key(entry.getKey());
      value(json, entry.getValue());
    }
    json.endObject();
    json.key("limits").beginObject();
    if (layout != null) {
      json.member("stack", layout.limitStack())
          .member("as", layout.limitAddressSpace())
          .member("data", layout.limitData())
          .member("memlock", layout.limitMemlock());
    }
    json.endObject();
    json.key("evidence")
        .beginObject()
        .member("faults", evidence.faultSource())
        .member("presence", evidence.presenceSource())
        .member("limitation", evidence.limitation())
        .member("everyFault", request.everyFault())
        .member("lostFaults", evidence.lostFaults())
        .endObject();
    json.member("calls", result.calls())
        .member("stops", result.stops())
        .member("processes", result.processes())
        .member("filtered", result.filtered())
        .member("noNewPrivileges", result.noNewPrivileges())
        .member("finalMap", result.finalMap());
    json.key("notes").beginArray();
    result.notes().forEach(json::value);
    json.endArray();
    json.member("redacted", request.redact()).endObject();
    return (json.text() + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static void value(final JsonWriter json, final Object value) {
    switch (value) {
      case Boolean flag -> json.value(flag.booleanValue());
      case Number number -> json.value(number.longValue());
      case List<?> list -> {
        json.beginArray();
        list.forEach(item -> value(json, item));
        json.endArray();
      }
      default -> json.value(value.toString());
    }
  }
}
