// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;
import dev.vmarea.workbench.lab.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which users are checked, with which hooks; a picocli mixin. */
final class CheckSubjects {
  @Parameters(
      paramLabel = "USER",
      arity = "0..*",
      description = "What to check (default: all; vmarea users lists them).")
  private List<String> users = new ArrayList<>();

  @Option(
      names = "--variant",
      paramLabel = "USER=NAME",
      description =
          "Check this hook of a user instead of the last one that the kernel can have; may be"
              + " repeated, also for one user.")
  private List<String> variants = new ArrayList<>();

  @Option(names = "--all-variants", description = "Check every hook that the kernel can have.")
  private boolean all;

  @Option(
      names = "--with",
      paramLabel = "PATH",
      description =
          "Drivers of your own: a .java file, a .jar, or a folder of classes. Unless a USER is"
              + " named, only these are checked, with all their ports. See docs/porting.md.")
  private List<Path> with = new ArrayList<>();

  /** The files with drivers of somebody's own. */
  List<Path> with() {
    return List.copyOf(with);
  }

  /** The subjects, in the order of the users. */
  List<Subject> on(Profile profile) {
    OwnUsers known = OwnUsers.in(with);
    List<Subject> chosen = new ArrayList<>();
    for (String text : variants) {
      chosen.add(variant(known, text, profile));
    }
    List<UserKind> kinds = new ArrayList<>();
    for (String user : users) {
      kinds.add(kind(known, "", user));
    }
    if (users.isEmpty()) {
      if (variants.isEmpty()) {
        kinds.addAll(known.usual());
      } else {
        chosen.forEach(subject -> kinds.add(subject.kind()));
      }
    }
    List<Subject> subjects = new ArrayList<>();
    for (UserKind kind : kinds.stream().distinct().toList()) {
      List<Subject> its = chosen.stream().filter(one -> one.kind().equals(kind)).toList();
      if (all) {
        kind.variants().stream()
            .filter(variant -> variant.existsIn(profile))
            .forEach(variant -> subjects.add(Subject.of(kind, variant, profile)));
      } else if (its.isEmpty() && known.own().anyMatch(kind::equals)) {
        subjects.addAll(ports(kind, profile));
      } else if (its.isEmpty()) {
        subjects.add(Subject.of(kind, kind.defaultVariant(profile), profile));
      } else {
        subjects.addAll(its);
      }
    }
    for (Subject one : chosen) {
      if (!kinds.contains(one.kind())) {
        throw CliException.usage(
            "--variant "
                + one.kind().id()
                + "="
                + one.variant()
                + ": "
                + one.kind().id()
                + " is not among the users to check");
      }
    }
    return subjects.stream().distinct().toList();
  }

  /** All ports, which is what their author works on; or the last old hook while there is none. */
  private static List<Subject> ports(UserKind kind, Profile profile) {
    List<Variant> ports =
        kind.variants().stream()
            .filter(variant -> !variant.isLegacy() && variant.existsIn(profile))
            .toList();
    List<Variant> checked = ports.isEmpty() ? List.of(kind.defaultVariant(profile)) : ports;
    return checked.stream().map(variant -> Subject.of(kind, variant, profile)).toList();
  }

  private static Subject variant(OwnUsers known, String text, Profile profile) {
    int eq = text.indexOf('=');
    if (eq <= 0) {
      throw CliException.usage("--variant " + text + ": USER=NAME expected, such as iommufd=base");
    }
    UserKind kind = kind(known, "--variant " + text + ": ", text.substring(0, eq));
    try {
      Variant variant = kind.variant(text.substring(eq + 1));
      if (!variant.existsIn(profile)) {
        throw new IllegalArgumentException(
            profile
                + " lacks what it needs: "
                + variant.lacks().stream().filter(profile::has).sorted().toList());
      }
      return Subject.of(kind, variant, profile);
    } catch (IllegalArgumentException e) {
      throw CliException.usage("--variant " + text + ": " + e.getMessage());
    }
  }

  private static UserKind kind(OwnUsers known, String option, String name) {
    try {
      return known.named(name);
    } catch (IllegalArgumentException e) {
      throw CliException.usage(option + e.getMessage());
    }
  }
}
