// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.json.JsonWriter;
import dev.vmarea.trace.pagetable.PageTableImage;
import dev.vmarea.trace.replay.DiffLine;
import dev.vmarea.trace.replay.Divergence;
import dev.vmarea.trace.replay.EvidenceSummary;
import dev.vmarea.trace.replay.MapComparison;
import dev.vmarea.trace.replay.ProcessOutcome;
import dev.vmarea.trace.replay.Recording;
import dev.vmarea.trace.replay.ReplayReport;
import dev.vmarea.trace.replay.ReplayWarning;
import dev.vmarea.trace.replay.TouchSummary;
import dev.vmarea.trace.strace.StraceProblem;
import java.util.List;
import java.util.Locale;

/** A replay as one JSON object: the last line of what {@code run} and {@code replay} print. */
final class JsonReport {
  private final JsonWriter json = new JsonWriter();

  private JsonReport() {}

  static String of(Replayed replayed) {
    return new JsonReport().write(replayed);
  }

  private String write(Replayed replayed) {
    ReplayReport report = replayed.report();
    json.beginObject().member("schema", 1);
    recording(replayed);
    json.member("profile", report.profile())
        .member("identical", report.identical())
        .member("calls", report.calls())
        .member("memoryCalls", report.memoryCalls())
        .member("skippedCalls", report.skippedCalls())
        .member("vmas", report.vmas())
        .member("peakVmas", report.peakVmas())
        .member("processes", report.processCount())
        .member("comparedMaps", report.comparedMaps())
        .member("differentMaps", report.differentMaps())
        .member("divergenceCount", report.divergenceCount());
    json.key("divergences").beginArray();
    report.divergences().forEach(this::divergence);
    json.endArray();
    evidence(report.evidence());
    json.key("outcomes").beginArray();
    report.processes().forEach(this::process);
    json.endArray();
    strings("notes", report.notes());
    json.member("problemCount", report.problems());
    json.key("problems").beginArray();
    replayed.problems().forEach(this::problem);
    json.endArray();
    json.member("script", report.script()).member("warningCount", report.warningCount());
    json.member("brokenCount", report.brokenCount());
    json.key("warnings").beginArray();
    report.warnings().forEach(this::warning);
    json.endArray();
    TouchSummary touch = report.touch();
    if (touch != null) {
      touch(touch);
    }
    PageTableImage tables = report.pageTables();
    if (tables != null) {
      PageTablesJson.write(json, tables);
    }
    return json.endObject().text();
  }

  private void recording(Replayed replayed) {
    Recording recording = replayed.recording();
    if (recording == null) {
      strings("command", List.of());
      json.member("kernel", (String) null);
      json.member("exitStatus", (String) null).member("signal", (String) null);
      return;
    }
    strings("command", recording.command());
    json.member("kernel", recording.kernel().isEmpty() ? null : recording.kernel());
    Integer status = recording.exitStatus();
    if (status == null) {
      json.member("exitStatus", (String) null);
    } else {
      json.member("exitStatus", status.intValue());
    }
    json.member("signal", replayed.signal());
  }

  private void divergence(Divergence d) {
    json.beginObject()
        .member("line", d.line())
        .member("pid", d.pid())
        .member("call", d.call())
        .member("expected", d.expected())
        .member("actual", d.actual())
        .member("kind", d.kind().name().toLowerCase(Locale.ROOT))
        .endObject();
  }

  private void evidence(EvidenceSummary evidence) {
    json.key("evidence")
        .beginObject()
        .member("recorded", evidence.recorded())
        .member("observed", evidence.observed())
        .member("seen", evidence.seen())
        .member("inferred", evidence.inferred())
        .member("grown", evidence.grown())
        .endObject();
  }

  private void process(ProcessOutcome process) {
    json.beginObject()
        .member("pid", process.pid())
        .member("command", process.command())
        .member("memoryCalls", process.calls())
        .member("skippedCalls", process.skippedCalls())
        .member("vmas", process.vmas())
        .member("peakVmas", process.peakVmas())
        .member("remark", process.remark());
    MapComparison comparison = process.comparison();
    json.member("identical", comparison == null ? null : (Boolean) comparison.identical());
    json.member("differentLines", comparison == null ? 0 : comparison.different());
    json.key("differences").beginArray();
    if (comparison != null) {
      for (DiffLine line : comparison.lines()) {
        json.beginObject()
            .member("expected", line.expected())
            .member("actual", line.actual())
            .endObject();
      }
    }
    json.endArray().endObject();
  }

  private void problem(StraceProblem problem) {
    json.beginObject()
        .member("file", problem.source())
        .member("line", problem.line())
        .member("column", problem.column())
        .member("message", problem.message())
        .member("text", problem.excerpt())
        .endObject();
  }

  private void warning(ReplayWarning warning) {
    json.beginObject()
        .member("line", warning.line())
        .member("kind", warning.warning().kind().name().toLowerCase(Locale.ROOT))
        .member("text", warning.warning().text())
        .endObject();
  }

  private void touch(TouchSummary touch) {
    json.key("touch")
        .beginObject()
        .member("touches", touch.touches())
        .member("failed", touch.failed())
        .member("areas", touch.areas())
        .member("rssKnown", touch.rssKnown())
        .member("equalRss", touch.equalRss())
        .member("equalAnonymous", touch.equalAnonymous())
        .member("equalFlags", touch.equalFlags());
    json.key("reasons").beginObject();
    for (TouchSummary.Reason reason : TouchSummary.Reason.values()) {
      json.member(word(reason), touch.reasons().getOrDefault(reason, 0L).longValue());
    }
    json.endObject().key("differences").beginArray();
    for (TouchSummary.Difference d : touch.differences()) {
      json.beginObject()
          .member("pid", d.pid())
          .member("area", d.area())
          .member("rss", d.rss())
          .member("modelRss", d.modelRss())
          .member("anonymous", d.anonymous())
          .member("modelAnonymous", d.modelAnonymous())
          .member("reason", word(d.reason()))
          .endObject();
    }
    json.endArray().endObject();
  }

  private static String word(TouchSummary.Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  private void strings(String name, List<String> values) {
    json.key(name).beginArray();
    values.forEach(json::value);
    json.endArray();
  }
}
