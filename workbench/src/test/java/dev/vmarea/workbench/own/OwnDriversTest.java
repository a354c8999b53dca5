// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;
import dev.vmarea.workbench.CheckRequest;
import dev.vmarea.workbench.SubjectReport;
import dev.vmarea.workbench.Workbench;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Subject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnDriversTest {
  private static final Path FRAME_BUFFER = Path.of("../examples/porting/FrameBuffer.java");
  private static final String HOOK = "public void mmapPrepare(VmaDescriptor d) { d.vmOps(null); }";
  private static final String FILES = "dev.vmarea.vma.FileOperations";

  @TempDir private Path directory;

  private Path source(String name, String body) throws IOException {
    String head = "import dev.vmarea.vma.*;\nimport dev.vmarea.base.*;\nimport dev.vmarea.*;\n";
    return Files.writeString(directory.resolve(name + ".java"), head + body);
  }

  private static String port(String name) {
    return "static class " + name + " implements MmapPrepare {\n" + HOOK + " }\n";
  }

  private static SubjectReport check(UserKind kind, String variant, Part... parts) {
    Subject subject = Subject.of(kind, kind.variant(variant), Profile.SETTLED);
    EnumSet<Part> which = EnumSet.allOf(Part.class);
    which.retainAll(List.of(parts));
    CheckRequest request = new CheckRequest(List.of(subject), which, 1, Duration.ofSeconds(10));
    return Workbench.check(request, progress -> {}, () -> false).subjects().getFirst();
  }

  private static List<Rule> rules(SubjectReport report) {
    return report.findings().stream().map(Finding::rule).toList();
  }

  @Test
  void theExampleHasItsVariantsInOrder() throws Exception {
    UserKind kind = OwnDrivers.at(FRAME_BUFFER).getFirst();

    assertThat(kind.id()).isEqualTo("frame-buffer");
    assertThat(kind.usualPath()).isEqualTo("/dev/frame-buffer");
    assertThat(kind.variants())
        .extracting(Variant::name)
        .containsExactly("legacy", "first-port", "second-port", "port");
    assertThat(kind.variants().getFirst().isLegacy()).isTrue();
    assertThat(kind.grounds().getFirst().events()).hasSize(1);
  }

  /** What docs/porting.md says of its three ports. */
  @Test
  void theExamplesWrongPortsAreFoundAndTheRightOneIsClean() throws Exception {
    UserKind kind = OwnDrivers.at(FRAME_BUFFER).getFirst();
    Part[] parts = {Part.EQUIVALENCE, Part.UNWINDING, Part.CONTRACT};

    assertThat(rules(check(kind, "first-port", parts)))
        .contains(
            Rule.PREPARE_CHANGES_NOTHING,
            Rule.FAILED_CALL_HOLDS_NOTHING,
            Rule.SAME_AREA,
            Rule.SAME_RESULT);
    assertThat(check(kind, "second-port", parts).findings())
        .isNotEmpty()
        .allSatisfy(finding -> {
          assertThat(finding.rule()).isEqualTo(Rule.FAILED_CALL_HOLDS_NOTHING);
          assertThat(finding.title()).contains("users -1");
        });
    SubjectReport right = check(kind, "port", Part.values());
    assertThat(right.findings()).isEmpty();
    assertThat(right.combinations()).isGreaterThan(100);
  }

  /** The first file of the walk in docs/porting.md: what is wrong with it, and what mends it. */
  @Test
  void theFirstDriverOfTheGuideHasItsMistake() throws Exception {
    String guide = Files.readString(Path.of("../docs/porting.md"));
    int start = guide.indexOf("```java\n") + 8;
    String text = guide.substring(start, guide.indexOf("```", start));
    Path source = Files.writeString(directory.resolve("Card.java"), text);

    SubjectReport report = check(OwnDrivers.at(source).getFirst(), "port", Part.EQUIVALENCE);

    assertThat(report.findings())
        .extracting(Finding::what)
        .anyMatch(what -> what.equals("the VMA lacks the flags dc"));
    String mended =
        text.replace(
            "      desc.remap", "      desc.addFlags(VmFlags.DONTCOPY);\n      desc.remap");
    Files.writeString(source, mended);
    assertThat(
            check(OwnDrivers.at(source).getFirst(), "port", Part.EQUIVALENCE, Part.UNWINDING)
                .findings())
        .isEmpty();
  }

  @Test
  void namesComeFromTheClasses() throws Exception {
    String both =
        "class LegacyCard implements LegacyMmap { public void legacyMmap(OpenFile f, LegacyVma v)"
            + " {} }\n";
    UserKind kind =
        OwnDrivers.at(source("Card", "class Card implements MmapPrepare { " + HOOK + "}" + both))
            .getFirst();

    assertThat(kind.id()).isEqualTo("card");
    assertThat(kind.variants()).extracting(Variant::name).containsExactly("legacy", "port");
  }

  @Test
  void portsAreInTheOrderOfTheSourceAndHiddenClassesAreNone() throws Exception {
    String hidden = "private " + port("Hidden") + "abstract " + port("Base");
    Path source = source("DMABuf", "class DMABuf { " + port("Zeta") + hidden + port("Alpha") + "}");

    UserKind kind = OwnDrivers.at(source).getFirst();

    assertThat(kind.id()).isEqualTo("dma-buf");
    assertThat(kind.variants()).extracting(Variant::name).containsExactly("zeta", "alpha");
  }

  @Test
  void aDriverThatSaysNothingOfItselfIsMappedAtItsBeginning() throws Exception {
    UserKind kind = OwnDrivers.at(source("Quiet", "class Quiet {" + port("P") + "}")).getFirst();

    assertThat(kind.grounds()).hasSize(1);
    assertThat(kind.grounds().getFirst().mapping().pages()).isEqualTo(4);
    assertThat(check(kind, "p", Part.CONTRACT).combinations()).isPositive();
  }

  private Path jar(String name, Map<String, String> services, Path source) throws Exception {
    Path jar = directory.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (Map.Entry<String, byte[]> one : SourceFile.compile(source).entrySet()) {
        entries.putNextEntry(new JarEntry(one.getKey().replace('.', '/') + ".class"));
        entries.write(one.getValue());
      }
      for (Map.Entry<String, String> one : services.entrySet()) {
        entries.putNextEntry(new JarEntry("META-INF/services/" + one.getKey()));
        entries.write(one.getValue().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  @Test
  void aJarHasServicesOrElseItsClasses() throws Exception {
    Path source =
        source("Tap", "public class Tap { public " + port("One") + "public " + port("Two") + "}");

    Path services = jar("services.jar", Map.of(FILES, "Tap$Two\n"), source);
    assertThat(OwnDrivers.at(services).getFirst().variants())
        .extracting(Variant::name)
        .containsExactly("two");
    Path plain = jar("plain.jar", Map.of(), source);
    assertThat(OwnDrivers.at(plain).getFirst().variants())
        .extracting(Variant::name)
        .containsExactly("one", "two");
    Path wrong = jar("wrong.jar", Map.of(FILES, "Nobody\n"), source);
    assertThatThrownBy(() -> OwnDrivers.at(wrong))
        .isInstanceOf(OwnDriverException.class)
        .hasMessageContaining("Nobody not found");
  }

  @Test
  void aFolderOfClassesIsSearched() throws Exception {
    Path source = source("Tap", "class Tap { " + port("One") + "}");
    Path folder = Files.createDirectory(directory.resolve("classes"));
    for (Map.Entry<String, byte[]> one : SourceFile.compile(source).entrySet()) {
      Files.write(folder.resolve(one.getKey() + ".class"), one.getValue());
    }

    assertThat(OwnDrivers.at(folder)).extracting(UserKind::id).containsExactly("tap");
  }

  @Test
  void aKindInAFileMakesItsOwnHooks() throws Exception {
    String kind =
        "enum Kind implements dev.vmarea.drivers.UserKind { INSTANCE;\n"
            + "public dev.vmarea.drivers.About about() { return dev.vmarea.drivers.zero.ZeroKind"
            + ".INSTANCE.about(); }\n"
            + "public dev.vmarea.drivers.UserModel make(Machine m, dev.vmarea.drivers.Variant v,"
            + " dev.vmarea.drivers.SettingValues s) throws ErrnoException"
            + " { return dev.vmarea.drivers.zero.ZeroKind.INSTANCE.make(m, v, s); } }\n";

    assertFails(source("Kind", kind + "class K { " + port("P") + "}"), "zero: there is such a");
  }

  private static void assertFails(Path path, String message) {
    assertThatThrownBy(() -> OwnDrivers.at(path))
        .isInstanceOf(OwnDriverException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatCannotBeUsedIsSaid() throws Exception {
    assertFails(directory.resolve("none.jar"), "no such file or folder");
    assertFails(directory, "no driver inside");
    assertFails(source("Empty", "class Empty {}"), "no driver inside");
    assertFails(Files.writeString(directory.resolve("a.txt"), "x"), "a .java file, a .jar or");
    assertFails(
        source("Wrong", "class Wrong { int x = \"a\"; }"),
        "Wrong.java:4: error: incompatible types");
    assertFails(
        source(
            "Throws",
            "class Throws implements MmapPrepare {\nThrows() {\nthrow new"
                + " IllegalArgumentException(\"no card\"); }\n"
                + HOOK
                + "}"),
        "Throws: cannot be made: java.lang.IllegalArgumentException: no card at Throws.java:6");
    assertFails(
        source("Args", "record Args(int x) implements MmapPrepare { " + HOOK + "}"),
        "Args: no constructor without arguments");
    assertFails(
        source(
            "Refuses",
            "class Refuses implements MmapPrepare { public void mmapPrepare(VmaDescriptor d) throws"
                + " ErrnoException { throw Errno.EPERM.failure(); } }"),
        "what should be a good mapping is not");
  }

  /** A file beside the source says what is meant. */
  @Test
  void whatIsIntendedLiesBesideTheSource() throws Exception {
    Path own = Files.copy(FRAME_BUFFER, directory.resolve("FrameBuffer.java"));
    Files.writeString(
        directory.resolve("FrameBuffer.intended.properties"),
        "all.variant = second-port\nall.match = users -1\nall.reason = To be seen.\n");

    SubjectReport report = check(OwnDrivers.at(own).getFirst(), "second-port", Part.UNWINDING);

    assertThat(report.findings()).isEmpty();
    assertThat(report.intended()).isNotEmpty();
  }

  @Test
  void thereAreNoServicesHere() throws Exception {
    assertThat(OwnDrivers.onClassPath()).isEmpty();
  }
}
