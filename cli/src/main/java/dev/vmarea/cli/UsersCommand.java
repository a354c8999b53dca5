// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.trace.json.JsonWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vmarea users [USER]}. */
@Command(
    name = "users",
    sortOptions = false,
    description = {
      "Lists the drivers and file systems of the series that scripts can mount: what each is for,"
          + " its hooks, old and new, and its settings."
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  vmarea users                          all of them, a line each",
      "  vmarea users relay                    one: variants, settings, where it usually is",
      "  vmarea replay examples/relay.strace   a script that mounts it",
      "",
      "How a script mounts them: docs/scripts.md."
    })
final class UsersCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "USER", arity = "0..1", description = "Tell all about this one.")
  private String user = "";

  @Mixin private final CommonOptions common = new CommonOptions();

  UsersCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<UserKind> shown = UserCatalog.all();
    if (!user.isEmpty()) {
      try {
        shown = List.of(UserCatalog.named(user));
      } catch (IllegalArgumentException e) {
        throw CliException.usage(String.valueOf(e.getMessage()));
      }
    }
    if (common.json()) {
      console.out().println(json(shown));
    } else if (user.isEmpty()) {
      shown.forEach(this::line);
    } else {
      shown.forEach(this::all);
    }
    return ExitCode.OK;
  }

  private void line(UserKind kind) {
    console.out().printf("%-11s%s%n", kind.id(), kind.about().summary());
    String variants = String.join(", ", kind.variants().stream().map(Variant::name).toList());
    console.out().printf("%-11s%s; %s%n", "", kind.usualPath(), variants);
  }

  private void all(UserKind kind) {
    console
        .out()
        .println(console.styled(Console.Style.BOLD, kind.id()) + "  " + kind.about().summary());
    console.out().println();
    console.out().println("usually at  " + kind.usualPath());
    console.out().println();
    Variant standard = kind.defaultVariant(Profile.SETTLED);
    for (Variant variant : kind.variants()) {
      console
          .out()
          .printf(
              "variant   %-14s%-9s%s%s%n",
              variant.name(),
              variant.isLegacy() ? "mmap" : "prepare",
              variant.summary(),
              variant.equals(standard) ? " (default of SETTLED)" : "");
    }
    console.out().println();
    for (Setting setting : kind.about().settings()) {
      String value = setting.key() + "=" + setting.standard();
      console.out().printf("setting   %-22s %s%n", value, setting.summary());
    }
  }

  private static String json(List<UserKind> kinds) {
    JsonWriter out = new JsonWriter().beginObject().member("schema", 1).key("users").beginArray();
    for (UserKind kind : kinds) {
      out.beginObject().member("id", kind.id()).member("summary", kind.about().summary());
      out.member("path", kind.usualPath()).key("variants").beginArray();
      for (Variant variant : kind.variants()) {
        out.beginObject().member("name", variant.name());
        out.member("hook", variant.isLegacy() ? "mmap" : "mmap_prepare");
        out.member("summary", variant.summary()).endObject();
      }
      out.endArray().key("settings").beginArray();
      for (Setting setting : kind.about().settings()) {
        out.beginObject().member("key", setting.key()).member("standard", setting.standard());
        out.member("summary", setting.summary()).endObject();
      }
      out.endArray().endObject();
    }
    return out.endArray().endObject().text();
  }
}
