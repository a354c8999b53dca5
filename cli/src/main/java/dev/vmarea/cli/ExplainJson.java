// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.Totals;
import dev.vmarea.explain.cause.Cause;
import dev.vmarea.explain.cause.Pattern;
import dev.vmarea.explain.cause.Remedy;
import dev.vmarea.explain.history.CallGroup;
import dev.vmarea.explain.history.CallSite;
import dev.vmarea.explain.history.History;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.snapshot.SnapshotOrigin;
import dev.vmarea.explain.verdict.Reason;
import dev.vmarea.explain.verdict.Verdicts;
import dev.vmarea.explain.whatif.WhatIf;
import dev.vmarea.trace.json.JsonWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An explanation as one JSON object. Addresses are strings, names as the kernel prints them. */
final class ExplainJson {
  private final JsonWriter json = new JsonWriter();
  private final Explanation explanation;

  private ExplainJson(Explanation explanation) {
    this.explanation = explanation;
  }

  /**
   * The object.
   *
   * @param all whether every boundary is to be in it
   */
  static String of(Explained explained, boolean all) {
    return new ExplainJson(explained.explanation()).write(explained, all);
  }

  private String write(Explained explained, boolean all) {
    SnapshotOrigin origin = explanation.snapshot().origin();
    Totals totals = explanation.totals();
    json.beginObject()
        .member("schema", 1)
        .member("source", origin.source())
        .member("command", origin.command())
        .member("kernel", origin.kernel().isEmpty() ? null : origin.kernel())
        .member("detail", word(origin.detail()))
        .member("profile", explanation.profile().name())
        .member("profileExact", explanation.exact())
        .member("vmas", totals.vmas())
        .member("limit", totals.limit())
        .member("limitKnown", totals.limitKnown())
        .member("mappedBytes", totals.mappedBytes());
    if (totals.residentBytes() != Snapshot.UNKNOWN) {
      json.member("residentBytes", totals.residentBytes());
    }
    json.member("boundaryCount", explanation.verdicts().size());
    json.member("inShort", ExplainTotals.inShort(explained));
    json.key("causes").beginArray();
    explanation.causes().ranked().forEach(this::cause);
    json.endArray();
    History history = explained.history();
    if (history != null) {
      history(history);
    }
    json.key("whatIfs").beginArray();
    explained.whatIfs().forEach(this::whatIf);
    json.endArray();
    if (all) {
      json.key("boundaries").beginArray();
      for (int i = 0; i < explanation.verdicts().size(); i++) {
        boundary(i, history);
      }
      json.endArray();
    }
    json.key("notes").beginArray();
    ExplainTotals.notes(explained).forEach(json::value);
    return json.endArray().endObject().text();
  }

  private void cause(Cause cause) {
    json.beginObject()
        .member("id", cause.id())
        .member("title", cause.title())
        .member("reason", word(cause.reason()))
        .member("evidence", cause.evidence().word())
        .member("boundaries", cause.boundaries())
        .member("bytes", cause.bytes());
    json.key("example").beginArray();
    area(cause.example());
    area(cause.example() + 1);
    json.endArray();
    Pattern pattern = cause.pattern();
    if (pattern.stride() > 0) {
      json.member("stride", pattern.stride()).member("strideCount", pattern.strideCount());
    }
    if (pattern.size() > 0) {
      json.member("size", pattern.size()).member("sizeCount", pattern.sizeCount());
    }
    if (!cause.producer().isEmpty()) {
      json.member("producer", cause.producer());
    }
    Remedy remedy = cause.remedy();
    if (remedy != null) {
      json.key("remedy")
          .beginObject()
          .member("advice", remedy.advice())
          .member("whatIf", remedy.whatIf().isEmpty() ? null : remedy.whatIf())
          .member("saves", remedy.saves())
          .endObject();
    }
    json.endObject();
  }

  private void history(History history) {
    json.key("growth")
        .beginObject()
        .member("calls", history.growth().calls())
        .member("first", history.growth().first())
        .member("peak", history.growth().peak())
        .member("last", history.growth().last());
    json.endObject().key("calls").beginArray();
    for (CallGroup group : history.groups()) {
      json.beginObject().member("shape", group.shape()).member("boundaries", group.boundaries());
      json.key("first");
      site(group.first());
      json.endObject();
    }
    json.endArray();
  }

  private void site(CallSite site) {
    json.beginObject()
        .member("line", site.line())
        .member("pid", site.pid())
        .member("call", site.text())
        .endObject();
  }

  private void whatIf(WhatIf whatIf) {
    json.beginObject()
        .member("name", whatIf.name())
        .member("what", whatIf.what())
        .member("before", whatIf.before())
        .member("after", whatIf.after())
        .member("replayed", whatIf.isReplayed())
        .member("notes", whatIf.notes())
        .endObject();
  }

  private void boundary(int i, @Nullable History history) {
    Verdicts verdicts = explanation.verdicts();
    json.beginObject()
        .member("address", hex(explanation.snapshot().start(i + 1)))
        .member("cause", explanation.causes().of(i).id());
    json.key("reasons").beginArray();
    for (Reason reason : verdicts.at(i).reasons()) {
      json.value(word(reason));
    }
    json.endArray().member("evidence", verdicts.evidence(i).word());
    if (verdicts.flags(i) != 0) {
      json.member("flags", VmFlags.mnemonics(verdicts.flags(i)).strip());
    }
    CallSite site = history == null ? null : history.site(i);
    if (site != null) {
      json.key("madeBy");
      site(site);
    }
    json.endObject();
  }

  private void area(int i) {
    Snapshot snapshot = explanation.snapshot();
    json.beginObject()
        .member("start", hex(snapshot.start(i)))
        .member("end", hex(snapshot.end(i)))
        .member("perms", AreaText.permissions(snapshot.flags(i)))
        .member("name", snapshot.object(i).name())
        .endObject();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
