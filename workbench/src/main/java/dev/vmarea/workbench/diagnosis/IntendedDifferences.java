// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import dev.vmarea.drivers.UserKind;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import dev.vmarea.workbench.rule.Violation;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What somebody has declared intended of a user, in the file {@code intended.properties} beside the
 * class of its kind: {@code NAME.rule}, {@code NAME.variant} (or *), {@code NAME.match} (a regular
 * expression) and {@code NAME.reason}. The expression must have a match in these lines: the title;
 * what was seen; {@code ground} and its name; {@code stacked} if it is so; {@code beside another}
 * if the call maps a range that touches a mapping of the same file. Immutable.
 */
public final class IntendedDifferences {
  /** Name of the file. */
  public static final String FILE = "intended.properties";

  private final List<Entry> entries;

  private record Entry(String rule, String variant, Pattern match, String reason) {
    boolean covers(Rule broken, Subject subject, String text) {
      return (rule.equals("*") || rule.equals(broken.id()))
          && (variant.equals("*") || variant.equals(subject.variant().name()))
          && match.matcher(text).find();
    }
  }

  private static String text(String title, String what, Run run, int step) {
    return title
        + "\n"
        + what
        + "\nground "
        + run.ground().name()
        + (run.subject().isStacked() ? "\nstacked" : "")
        + (run.touches(step) ? "\nbeside another" : "");
  }

  private IntendedDifferences(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * Those of a user.
   *
   * @throws IllegalArgumentException if the file is malformed, saying where
   */
  public static IntendedDifferences of(UserKind kind) {
    String place = FILE + " of " + kind.id();
    try (InputStream in = kind.home().getResourceAsStream(FILE)) {
      if (in == null) {
        return new IntendedDifferences(List.of());
      }
      Properties properties = new Properties();
      properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
      return parse(properties);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
    }
  }

  static IntendedDifferences parse(Properties properties) {
    Map<String, Map<String, String>> byName = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      int dot = key.indexOf('.');
      if (dot < 0) {
        throw new IllegalArgumentException(key + ": NAME.rule, .variant, .match or .reason");
      }
      byName
          .computeIfAbsent(key.substring(0, dot), name -> new TreeMap<>())
          .put(key.substring(dot + 1), properties.getProperty(key).strip());
    }
    List<Entry> entries = new ArrayList<>();
    byName.forEach((name, values) -> entries.add(entry(name, values)));
    return new IntendedDifferences(entries);
  }

  private static Entry entry(String name, Map<String, String> values) {
    for (String key : values.keySet()) {
      if (!List.of("rule", "variant", "match", "reason").contains(key)) {
        throw new IllegalArgumentException(name + "." + key + ": no such key");
      }
    }
    String rule = values.getOrDefault("rule", "*");
    boolean known = rule.equals("*");
    for (Rule one : Rule.values()) {
      known |= one.id().equals(rule);
    }
    String reason = values.getOrDefault("reason", "");
    if (!known || reason.isEmpty()) {
      throw new IllegalArgumentException(
          known ? name + ".reason is missing" : name + ".rule: no rule " + rule);
    }
    try {
      return new Entry(
          rule,
          values.getOrDefault("variant", "*"),
          Pattern.compile(values.getOrDefault("match", "")),
          reason);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(name + ".match: " + e.getMessage(), e);
    }
  }

  /** Why a finding is intended, if somebody has said so. */
  public Optional<String> reason(Finding finding) {
    String text = text(finding.title(), finding.what(), finding.run(), finding.step());
    return entries.stream()
        .filter(entry -> entry.covers(finding.rule(), finding.subject(), text))
        .map(Entry::reason)
        .findFirst();
  }

  /** Whether what was seen in a run is intended. */
  public boolean covers(Run run, Violation violation) {
    String text = text(Titles.of(violation, run), violation.what(), run, violation.step());
    return entries.stream().anyMatch(entry -> entry.covers(violation.rule(), run.subject(), text));
  }
}
