// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.trace.json.JsonWriter;
import dev.vmarea.trace.pagetable.PageTableImage;

/** Page tables as the value of a JSON member. Addresses and page frames are strings. */
final class PageTablesJson {
  private PageTablesJson() {}

  /** Writes {@code "pageTables":{..}}. */
  static void write(JsonWriter json, PageTableImage image) {
    json.key("pageTables").beginObject();
    json.member("entryCount", image.entries()).member("bytes", image.bytes());
    json.key("tables").beginArray();
    for (PageTableImage.Level level : image.tables()) {
      json.beginObject().member("level", level.name()).member("pages", level.pages()).endObject();
    }
    json.endArray().key("areas").beginArray();
    for (PageTableImage.Area area : image.areas()) {
      json.beginObject().member("maps", area.mapsLine()).key("runs").beginArray();
      area.runs().forEach(run -> run(json, run));
      json.endArray().endObject();
    }
    json.endArray().endObject();
  }

  private static void run(JsonWriter json, PageTableImage.Run run) {
    PageProtection protection = run.entries().protection();
    json.beginObject()
        .member("start", hex(run.entries().start()))
        .member("end", hex(run.entries().end()))
        .member("entries", run.count())
        .member("entrySize", run.entrySize())
        .member("pfn", hex(run.entries().firstPfn()))
        .member("endPfn", hex(run.endPfn(Pages.SIZE)))
        .member("present", protection.isPresent())
        .member("writable", protection.isWritable())
        .member("executable", protection.isExecutable())
        .member("cache", protection.cacheMode().toString())
        .member("special", run.entries().special())
        .endObject();
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
