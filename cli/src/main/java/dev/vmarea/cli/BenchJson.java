// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.host.bench.Figure;
import dev.vmarea.host.bench.MachineFacts;
import dev.vmarea.host.bench.NotRun;
import dev.vmarea.host.bench.Row;
import dev.vmarea.host.bench.Target;
import dev.vmarea.trace.json.JsonWriter;
import java.util.List;
import java.util.Locale;

/** What {@code bench} measured, as one JSON object. */
final class BenchJson {
  private BenchJson() {}

  static String of(MachineFacts machine, boolean quick, List<Row> rows) {
    JsonWriter json = new JsonWriter().beginObject().member("schema", 1).member("quick", quick);
    json.key("machine")
        .beginObject()
        .member("processor", machine.processor())
        .member("processors", machine.processors())
        .member("system", machine.system())
        .member("java", machine.java())
        .member("load", machine.load())
        .endObject();
    json.key("figures").beginArray();
    for (Row row : rows) {
      if (row instanceof Figure figure) {
        figure(json, figure);
      }
    }
    json.endArray().key("notRun").beginArray();
    for (Row row : rows) {
      if (row instanceof NotRun missing) {
        json.beginObject()
            .member("group", missing.group())
            .member("what", missing.what())
            .member("reason", missing.reason())
            .endObject();
      }
    }
    return json.endArray().endObject().text();
  }

  private static void figure(JsonWriter json, Figure figure) {
    json.beginObject()
        .member("group", figure.group())
        .member("what", figure.what())
        .member("unit", figure.unit())
        .member("ours", figure.ours());
    if (figure.peer().isPresent()) {
      json.member("peer", figure.peerName())
          .member("peerValue", figure.peer().getAsDouble())
          .member("ratio", figure.ratio());
    }
    Target target = figure.target();
    if (target.kind() != Target.Kind.NONE) {
      json.member("target", target.kind().name().toLowerCase(Locale.ROOT))
          .member("goal", target.goal())
          .member("verdict", figure.verdict().name().toLowerCase(Locale.ROOT));
      if (!Double.isNaN(target.must())) {
        json.member("must", target.must());
      }
    }
    json.endObject();
  }
}
