// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.base.Pages;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Values of a kind's settings: those given, and for the others the standard. Immutable. Everything
 * here says with an {@link IllegalArgumentException} which value is wrong.
 */
public final class SettingValues {
  private final Map<String, String> values = new HashMap<>();

  private SettingValues() {}

  /**
   * The values of {@code kind}'s settings.
   *
   * @throws IllegalArgumentException for a key that the kind does not have
   */
  public static SettingValues of(UserKind kind, Map<String, String> given) {
    SettingValues result = new SettingValues();
    kind.about()
        .settings()
        .forEach(setting -> result.values.put(setting.key(), setting.standard()));
    given.forEach((key, value) -> {
      if (result.values.put(key, value) == null) {
        List<String> known = kind.about().settings().stream().map(Setting::key).toList();
        throw new IllegalArgumentException(
            kind.id() + " has no setting " + key + "; known: " + String.join(", ", known));
      }
    });
    return result;
  }

  /** The text of a setting. */
  public String text(String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalStateException("a setting that was not declared: " + key);
    }
    return value;
  }

  /** A number, perhaps of bytes: decimal or 0x, with k, m or g behind it. */
  public long number(String key) {
    return Amount.parse(key, text(key));
  }

  /** A number of bytes that must be a multiple of a page and positive. */
  public long wholePages(String key) {
    long bytes = number(key);
    if (bytes <= 0 || !Pages.isAligned(bytes)) {
      throw new IllegalArgumentException(key + "=" + text(key) + ": whole pages expected");
    }
    return bytes;
  }

  /** Yes or no. */
  public boolean isYes(String key) {
    return isYes(key, text(key));
  }

  /**
   * The value of what is no setting of a kind's own.
   *
   * @throws IllegalArgumentException for another word than yes, no, 1, 0
   */
  public static boolean isYes(String key, String value) {
    return switch (value) {
      case "yes", "1" -> true;
      case "no", "0" -> false;
      default -> throw new IllegalArgumentException(key + "=" + value + ": yes or no expected");
    };
  }

  /** Parts between commas; none for an empty text. */
  public List<String> list(String key) {
    String text = text(key);
    return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
  }
}
