// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.json.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vmarea version}. */
@Command(name = "version", description = "Prints the versions of vmarea, Java and the host.")
final class VersionCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final CommonOptions common = new CommonOptions();

  VersionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    print(console, common.json());
    return ExitCode.OK;
  }

  /** The report, for people or as JSON. */
  static void print(Console console, boolean json) throws IOException {
    String java = Runtime.version().toString();
    String os = System.getProperty("os.name") + " " + System.getProperty("os.version");
    String machine = System.getProperty("os.arch");
    if (json) {
      console
          .out()
          .println(
              new JsonWriter()
                  .beginObject()
                  .member("schema", 1)
                  .member("version", vmareaVersion())
                  .member("java", java)
                  .member("os", os)
                  .member("machine", machine)
                  .endObject()
                  .text());
    } else {
      console.out().println("vmarea " + vmareaVersion());
      console.out().println("Java   " + java);
      console.out().println("Host   " + os + ", " + machine);
    }
  }

  /** The version the build wrote into a resource. */
  static String vmareaVersion() throws IOException {
    try (InputStream in = VersionCommand.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IOException("version.properties is missing from the jar");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "unknown");
    }
  }
}
