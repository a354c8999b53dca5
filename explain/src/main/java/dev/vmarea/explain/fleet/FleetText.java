// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.fleet;

import dev.vmarea.trace.json.JsonWriter;
import java.util.Locale;

/** Rows for other programs: comma-separated values (RFC 4180), or one JSON object a line. */
public final class FleetText {
  /** The first line of the comma-separated form. */
  public static final String CSV_HEAD =
      "source,vmas,limit,share,mapped_bytes,saves,detail,cause1,boundaries1,cause2,boundaries2,"
          + "cause3,boundaries3,error";

  private FleetText() {}

  /** A row as comma-separated values, without its line end. */
  public static String csv(FleetRow row) {
    StringBuilder line = new StringBuilder();
    line.append(quoted(row.source()))
        .append(',')
        .append(row.vmas())
        .append(',')
        .append(row.limit())
        .append(',')
        .append(String.format(Locale.ROOT, "%.4f", row.share()))
        .append(',')
        .append(row.mappedBytes())
        .append(',')
        .append(row.saves())
        .append(',')
        .append(row.detail());
    for (int i = 0; i < FleetRow.CAUSES; i++) {
      line.append(',');
      if (i < row.causes().size()) {
        line.append(row.causes().get(i).id()).append(',').append(row.causes().get(i).boundaries());
      } else {
        line.append(',');
      }
    }
    return line.append(',').append(quoted(row.error())).toString();
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c < ' ');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /** A row as one JSON object. */
  public static String json(FleetRow row) {
    JsonWriter json = new JsonWriter().beginObject().member("schema", 1);
    json.member("source", row.source());
    if (!row.isReadable()) {
      return json.member("error", row.error()).endObject().text();
    }
    json.member("vmas", row.vmas())
        .member("limit", row.limit())
        .member("mappedBytes", row.mappedBytes())
        .member("saves", row.saves())
        .member("detail", row.detail());
    json.key("causes").beginArray();
    for (FleetRow.Share cause : row.causes()) {
      json.beginObject()
          .member("id", cause.id())
          .member("boundaries", cause.boundaries())
          .endObject();
    }
    return json.endArray().endObject().text();
  }
}
