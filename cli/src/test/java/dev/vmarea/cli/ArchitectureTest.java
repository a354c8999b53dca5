// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The floors: a module, and inside core a package, may use only what stands before it. Here because
 * this module sees all others.
 */
class ArchitectureTest {
  /** Modules from the ground up; core is what is left of dev.vmarea without the others. */
  private static final List<String> MODULES =
      List.of(
          "core", "drivers", "testkit", "trace", "explain", "host", "workbench", "viewer", "cli");

  /**
   * Packages of core from the ground up; the nameless one is the façade, with raw calls above it.
   */
  private static final List<String> FLOORS =
      List.of(
          "base",
          "memory",
          "arch",
          "pagetable",
          "vma",
          "hugetlb",
          "space",
          "action",
          "fault",
          "mapping",
          "files",
          "image",
          "",
          "abi");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.vmarea");

  @Test
  void allModulesAreSeen() {
    for (String module : List.of("core", "drivers", "trace", "host", "workbench", "cli")) {
      assertThat(CLASSES.stream().filter(in(MODULES, module)).count())
          .as("classes of module " + module)
          .isPositive();
    }
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.vmarea.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void modulesUseOnlyWhatStandsBeforeThem() {
    checkOrder(MODULES);
  }

  @Test
  void coreFloorsUseOnlyWhatStandsBeforeThem() {
    checkOrder(FLOORS);
  }

  @Test
  void everyPackageOfCoreHasAFloor() {
    List<String> homeless =
        CLASSES.stream()
            .filter(in(MODULES, "core").and(DescribedPredicate.not(hasFloor())))
            .map(JavaClass::getPackageName)
            .distinct()
            .toList();

    assertThat(homeless).isEmpty();
  }

  private static DescribedPredicate<JavaClass> hasFloor() {
    return DescribedPredicate.describe("have a floor", c -> !place(FLOORS, c).equals("none"));
  }

  /** What core does not export is in no signature of what it does. */
  @Test
  void signaturesOfCoreNameOnlyWhatIsExported() {
    List<String> leaks =
        CLASSES.stream()
            .filter(in(MODULES, "core"))
            .filter(c -> isPublic(c) && !place(FLOORS, c).equals("action"))
            .flatMap(c -> c.getCodeUnits().stream())
            .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(unit ->
                Stream.concat(
                        unit.getRawParameterTypes().stream(), Stream.of(unit.getRawReturnType()))
                    .anyMatch(type -> place(FLOORS, type).equals("action")))
            .map(JavaCodeUnit::getFullName)
            .toList();

    assertThat(leaks).isEmpty();
  }

  private static boolean isPublic(JavaClass c) {
    return c.getModifiers().contains(JavaModifier.PUBLIC)
        && c.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
  }

  @Test
  void nativeCallsStandInHostOnly() {
    noClasses()
        .that(DescribedPredicate.not(in(MODULES, "host")))
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.Linker")
        .check(CLASSES);
  }

  private static void checkOrder(List<String> order) {
    for (int i = 0; i < order.size() - 1; i++) {
      List<String> later = order.subList(i + 1, order.size());
      DescribedPredicate<JavaClass> above =
          DescribedPredicate.describe(
              "stand above " + order.get(i), c -> later.contains(place(order, c)));
      noClasses()
          .that(in(order, order.get(i)))
          .should()
          .dependOnClassesThat(above)
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  private static DescribedPredicate<JavaClass> in(List<String> order, String place) {
    return DescribedPredicate.describe("stand in " + place, c -> place.equals(place(order, c)));
  }

  /** Where a class stands in the order; "none" outside of it. */
  private static String place(List<String> order, JavaClass c) {
    if (!c.getPackageName().equals("dev.vmarea") && !c.getPackageName().startsWith("dev.vmarea.")) {
      return "none";
    }
    String rest = c.getPackageName().substring("dev.vmarea".length());
    String first = rest.isEmpty() ? "" : rest.substring(1).split("\\.")[0];
    boolean core = !MODULES.contains(first);
    if (order.equals(MODULES)) {
      return core ? "core" : first;
    }
    return core && order.contains(first) ? first : "none";
  }
}
