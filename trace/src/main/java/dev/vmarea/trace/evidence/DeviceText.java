// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.Amount;
import dev.vmarea.files.PfnDeviceSettings;
import dev.vmarea.files.PfnDeviceSettings.Action;
import dev.vmarea.files.PfnDeviceSettings.Hook;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Declarations of devices as text: in a script's comment line, as an option of a command, in a
 * properties file. Everything here says with an {@link IllegalArgumentException} what is wrong and
 * what would be right.
 */
public final class DeviceText {
  private static final List<String> KEYS =
      List.of("pfn", "address", "size", "cache", "action", "hook", "error");

  private static final Map<String, CacheMode> CACHES = new LinkedHashMap<>();

  static {
    CACHES.put("wb", CacheMode.WRITE_BACK);
    CACHES.put("wc", CacheMode.WRITE_COMBINING);
    CACHES.put("uc-", CacheMode.UNCACHED_MINUS);
    CACHES.put("uc", CacheMode.UNCACHED);
    CACHES.put("wt", CacheMode.WRITE_THROUGH);
  }

  // What the model has already, or looks up in its own way.
  private static final List<String> TAKEN = List.of("/dev/shm/", "/dev/hugepages/", "/dev/pts/");

  private DeviceText() {}

  /** The settings as {@code key=value}, {@code separator} between them. */
  public static String of(PfnDeviceSettings settings, String separator) {
    Map<String, String> pairs = new LinkedHashMap<>();
    if (!settings.action().isAllocated()) {
      pairs.put("address", "0x" + Long.toHexString(settings.physical()));
    }
    pairs.put("size", "0x" + Long.toHexString(settings.size()));
    for (Map.Entry<String, CacheMode> cache : CACHES.entrySet()) {
      if (cache.getValue() == settings.cache()) {
        pairs.put("cache", cache.getKey());
      }
    }
    pairs.put("action", settings.action().text());
    pairs.put("hook", settings.hook().text());
    Errno error = settings.error();
    if (error != null) {
      pairs.put("error", error.name());
    }
    return String.join(
        separator, pairs.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }

  /** A declaration of an option: {@code /dev/NAME:key=value,key=value}. */
  public static DeviceDeclaration parse(String option) {
    int colon = option.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException(
          option + ": no settings (such as /dev/demo:pfn=0xd0000,size=64k)");
    }
    String path = option.substring(0, colon);
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : option.substring(colon + 1).split(",", -1)) {
      int eq = pair.indexOf('=');
      if (eq <= 0) {
        throw new IllegalArgumentException(path + ": key=value expected instead of '" + pair + "'");
      }
      if (pairs.put(pair.substring(0, eq), pair.substring(eq + 1)) != null) {
        throw new IllegalArgumentException(path + ": " + pair.substring(0, eq) + "= stands twice");
      }
    }
    return declared(path, pairs);
  }

  /** Declarations of a properties file: {@code /dev/NAME.key = value}, in order of their paths. */
  public static List<DeviceDeclaration> ofProperties(Map<String, String> properties) {
    Map<String, Map<String, String>> byPath = new TreeMap<>();
    properties.forEach((name, value) -> {
      int dot = name.lastIndexOf('.');
      if (dot < 0) {
        throw new IllegalArgumentException(
            name + ": a device's path and a setting expected, such as /dev/demo.size");
      }
      byPath
          .computeIfAbsent(name.substring(0, dot), path -> new TreeMap<>())
          .put(name.substring(dot + 1), value.strip());
    });
    return byPath.entrySet().stream().map(e -> declared(e.getKey(), e.getValue())).toList();
  }

  /** A declaration whose parts have been taken apart. */
  static DeviceDeclaration declared(String path, Map<String, String> pairs) {
    String name = path.isEmpty() ? "a device without path" : path;
    if (!path.startsWith("/dev/")
        || path.endsWith("/")
        || path.contains("//")
        || path.contains("/.")) {
      throw new IllegalArgumentException(name + ": a path such as /dev/demo expected");
    }
    if (path.equals("/dev/zero") || TAKEN.stream().anyMatch(path::startsWith)) {
      throw new IllegalArgumentException(name + ": the model has its own files there");
    }
    try {
      return new DeviceDeclaration(path, settings(pairs));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static PfnDeviceSettings settings(Map<String, String> pairs) {
    for (String key : pairs.keySet()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "no setting is called '" + key + "'; known: " + String.join(", ", KEYS));
      }
    }
    String size = pairs.get("size");
    if (size == null) {
      throw new IllegalArgumentException("size= is missing (its bytes, such as size=64k)");
    }
    Action action = one("action", pairs, Action.values(), Action::text, Action.REMAP);
    String cache = pairs.getOrDefault("cache", "wb");
    CacheMode mode = CACHES.get(cache);
    if (mode == null) {
      throw unknown("cache", cache, List.copyOf(CACHES.keySet()));
    }
    return new PfnDeviceSettings(
        physical(pairs, action),
        Amount.parse("size", size),
        mode,
        action,
        one("hook", pairs, Hook.values(), Hook::text, Hook.PREPARE),
        error(pairs.get("error")));
  }

  private static long physical(Map<String, String> pairs, Action action) {
    String pfn = pairs.get("pfn");
    String address = pairs.get("address");
    if (pfn != null && address != null) {
      throw new IllegalArgumentException("pfn= and address= say the same twice; one is enough");
    }
    if (pfn == null && address == null) {
      if (!action.isAllocated()) {
        throw new IllegalArgumentException(
            "pfn= is missing (its first page frame, such as pfn=0xd0000)");
      }
      return 0;
    }
    if (action.isAllocated()) {
      throw new IllegalArgumentException(
          "action="
              + action.text()
              + " maps memory that the driver allocates: neither pfn= nor address=");
    }
    if (address != null) {
      return Amount.parse("address", address);
    }
    long frame = pfn == null ? 0 : Amount.parse("pfn", pfn);
    if (frame > Long.MAX_VALUE >> Pages.SHIFT) {
      throw new IllegalArgumentException("pfn=" + pfn + ": page frames have 40 bits");
    }
    return Pages.bytes(frame);
  }

  private static <T> T one(
      String key, Map<String, String> pairs, T[] values, Function<T, String> text, T otherwise) {
    String given = pairs.get(key);
    if (given == null) {
      return otherwise;
    }
    for (T value : values) {
      if (text.apply(value).equals(given)) {
        return value;
      }
    }
    throw unknown(key, given, Arrays.stream(values).map(text).toList());
  }

  private static @Nullable Errno error(@Nullable String name) {
    if (name == null) {
      return null;
    }
    try {
      return Errno.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw unknown("error", name, Arrays.stream(Errno.values()).map(Errno::name).toList());
    }
  }

  private static IllegalArgumentException unknown(String key, String value, List<String> known) {
    return new IllegalArgumentException(
        key + "=" + value + ": one of " + String.join(", ", known) + " expected");
  }
}
