// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.evidence.DeviceDeclaration;
import dev.vmarea.trace.evidence.DeviceText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The devices that a script may open; a picocli mixin. */
final class DeviceOptions {
  private static final int MAX_BYTES = 1 << 20;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "A modelled device that the script may open, as /dev/NAME:KEY=VALUE,KEY=VALUE; may be"
              + " repeated. Keys: pfn or address,"
              + " size, cache (wb, wc, uc-, uc, wt), action (remap, ioremap, simple-ioremap,"
              + " kernel-pages, mixed, none), hook (prepare, legacy), error.")
  private List<String> declarations = new ArrayList<>();

  @Option(
      names = "--devices",
      paramLabel = "FILE",
      description = "Devices from a properties file, a line a key: /dev/NAME.KEY = VALUE")
  private @Nullable Path file;

  /**
   * The devices declared; an option wins over the file.
   *
   * @throws IOException if the file cannot be read
   */
  List<DeviceDeclaration> devices() throws IOException {
    Map<String, DeviceDeclaration> devices = new LinkedHashMap<>();
    Path properties = file;
    if (properties != null) {
      read(properties).forEach(device -> devices.put(device.path(), device));
    }
    Map<String, DeviceDeclaration> options = new LinkedHashMap<>();
    for (String declaration : declarations) {
      DeviceDeclaration device;
      try {
        device = DeviceText.parse(declaration);
      } catch (IllegalArgumentException e) {
        throw CliException.usage("--device " + e.getMessage());
      }
      if (options.put(device.path(), device) != null) {
        throw CliException.usage("--device " + device.path() + " is given twice");
      }
    }
    devices.putAll(options);
    return List.copyOf(devices.values());
  }

  private static List<DeviceDeclaration> read(Path file) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] text = in.readNBytes(MAX_BYTES + 1);
      if (text.length > MAX_BYTES) {
        throw CliException.usage(file + ": larger than " + Counted.bytes(MAX_BYTES));
      }
      properties.load(new ByteArrayInputStream(text));
      Map<String, String> values = new TreeMap<>();
      for (String name : properties.stringPropertyNames()) {
        values.put(name, properties.getProperty(name));
      }
      List<DeviceDeclaration> devices = DeviceText.ofProperties(values);
      if (devices.isEmpty()) {
        throw CliException.usage(
            file + ": no device in it (lines such as /dev/demo.size = 64k declare one)");
      }
      return devices;
    } catch (IllegalArgumentException e) {
      throw CliException.usage(file + ": " + e.getMessage());
    }
  }
}
