// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.host.fuzz.Divergence;
import dev.vmarea.host.fuzz.Progress;
import dev.vmarea.trace.json.JsonWriter;
import java.nio.file.Path;

/** A campaign's end as one JSON object. */
final class FuzzJson {
  private FuzzJson() {}

  static String of(Progress progress, Path[] scripts) {
    JsonWriter json = new JsonWriter();
    json.beginObject()
        .member("schema", 1)
        .member("calls", progress.calls())
        .member("sequences", progress.sequences())
        .member("freshSequences", progress.fresh())
        .member("milliseconds", (long) (progress.seconds() * 1e3))
        .member("callsPerSecond", (long) progress.callsPerSecond())
        .member("firstSeed", progress.firstSeed())
        .member("nextSeed", progress.nextSeed())
        .member("branches", progress.branches())
        .member("allBranches", progress.allBranches())
        .member("outcomes", progress.outcomes())
        .member("states", progress.states())
        .member("corpus", progress.corpus())
        .member("processesReplaced", progress.replaced())
        .member("divergenceCount", scripts.length);
    json.key("divergences").beginArray();
    for (int i = 0; i < scripts.length; i++) {
      divergence(json, progress.divergences().get(i), scripts[i]);
    }
    json.endArray().key("exclusions").beginObject();
    progress.exclusions().forEach((name, count) -> json.member(name, count.longValue()));
    json.endObject().key("users").beginObject();
    progress.users().forEach((name, count) -> json.member(name, count.longValue()));
    json.endObject().key("changedSettings").beginArray();
    progress.changedSettings().forEach(json::value);
    json.endArray().key("missing").beginArray();
    progress.missing().forEach(json::value);
    return json.endArray().endObject().text();
  }

  private static void divergence(JsonWriter json, Divergence divergence, Path script) {
    json.beginObject()
        .member("seed", divergence.order().seed())
        .member("privileged", divergence.order().privileged())
        .member("crowded", divergence.order().crowded())
        .member("difference", divergence.finding().difference())
        .member("script", script.toString());
    json.key("calls").beginArray();
    divergence.order().given().forEach(json::value);
    json.endArray().endObject();
  }
}
