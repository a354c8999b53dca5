// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.trace.json.JsonWriter;
import dev.vmarea.workbench.Report;
import dev.vmarea.workbench.SubjectReport;
import dev.vmarea.workbench.finding.Declared;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.script.ScriptText;
import java.util.List;

/** A check's end as one JSON object. */
final class CheckJson {
  private CheckJson() {}

  static String of(Report report, Profile profile, long seed) {
    JsonWriter json = new JsonWriter().beginObject().member("schema", 1);
    json.member("profile", profile.name()).member("seed", seed);
    json.member("complete", report.isComplete()).key("users").beginArray();
    report.subjects().forEach(subject -> subject(json, subject));
    return json.endArray().endObject().text();
  }

  private static void subject(JsonWriter json, SubjectReport report) {
    json.beginObject().member("user", report.subject().kind().id());
    json.member("variant", report.subject().variant().name());
    json.member("partner", report.partner() == null ? null : report.partner().name());
    json.key("combinations").beginObject();
    for (Part part : Part.values()) {
      json.member(part.id(), report.tried().getOrDefault(part, 0L).longValue());
    }
    json.endObject().member("complete", report.isComplete()).key("findings").beginArray();
    for (Finding finding : report.findings()) {
      finding(json.beginObject(), finding).endObject();
    }
    json.endArray().key("intended").beginArray();
    for (Declared declared : report.intended()) {
      finding(json.beginObject(), declared.finding())
          .member("reason", declared.reason())
          .endObject();
    }
    json.endArray().endObject();
  }

  private static JsonWriter finding(JsonWriter json, Finding finding) {
    StateChange change = FindingText.change(finding);
    json.member("title", finding.title())
        .member("rule", finding.rule().id())
        .member("statement", finding.rule().statement())
        .member("part", finding.rule().part().id())
        .member("user", finding.subject().kind().id())
        .member("variant", finding.subject().variant().name())
        .member("profile", finding.subject().profile().name())
        .member("stacked", finding.subject().isStacked())
        .member("what", finding.what())
        .member("reproducer", ScriptText.of(finding.run(), FindingText.header(finding)).text())
        .member("step", finding.step());
    texts(json, "before", change.gone());
    texts(json, "after", change.come());
    texts(json, "interleaving", finding.interleaving());
    json.member("schedule", finding.schedule()).member("legacy", finding.legacy());
    json.key("cause").beginObject();
    texts(json, "kernel", finding.cause().kernel().stream().sorted().map(Enum::name).toList());
    texts(
        json, "goodVariants", finding.cause().goodVariants().stream().map(v -> v.name()).toList());
    json.endObject();
    texts(json, "remedy", FindingText.remedy(finding));
    return json;
  }

  private static void texts(JsonWriter json, String key, List<String> texts) {
    json.key(key).beginArray();
    texts.forEach(json::value);
    json.endArray();
  }
}
