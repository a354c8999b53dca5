// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import dev.vmarea.trace.pagetable.PageTableText;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What stands in {@code examples/} works and prints what it should. After a change that is wanted,
 * {@code -Dvmarea.golden=write} writes the expected outputs anew.
 */
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "examples");
  private static final Path GOLDEN = Path.of("src/test/resources/dev/vmarea/cli/examples");

  @TempDir private Path directory;

  static List<String> scripts() throws Exception {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".strace"))
          .sorted()
          .toList();
    }
  }

  /** The script, and the devices it needs besides its own. */
  private static String[] arguments(String verb, String script, String... more) {
    List<String> arguments = new ArrayList<>(List.of(verb, EXAMPLES.resolve(script).toString()));
    if (script.equals("legacy.strace")) {
      arguments.addAll(List.of("--devices", EXAMPLES.resolve("devices.properties").toString()));
    }
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private static void assertGolden(String name, String actual) throws Exception {
    Path golden = GOLDEN.resolve(name + ".txt");
    if ("write".equals(System.getProperty("vmarea.golden"))) {
      Files.writeString(golden, actual, StandardCharsets.ISO_8859_1);
    }
    assertThat(actual).isEqualTo(Files.readString(golden, StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void everyScriptIsPlayedAsWritten(String script) throws Exception {
    CommandLineRun run = CommandLineRun.of(arguments("replay", script, "--page-tables"));

    assertThat(run.err())
        .contains("none: a script, played by the rules of SETTLED")
        .contains("as written: every call returned what the script says")
        .doesNotContain("vmarea: ");
    assertThat(run.status()).isZero();
    assertGolden(script, run.out());

    CommandLineRun maps = CommandLineRun.of(arguments("maps", script, "--page-tables"));
    assertThat(maps.out()).isEqualTo(run.out());
    assertThat(maps.status()).isZero();
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void jsonHasTheSameEntries(String script) throws Exception {
    for (String verb : List.of("replay", "maps")) {
      CommandLineRun run = CommandLineRun.of(arguments(verb, script, "--page-tables", "--json"));
      JsonObject report = JsonReader.read(run.out().strip()).asObject("report");
      JsonObject tables = report.object("pageTables");

      assertThat(run.out().lines()).hasSize(1);
      assertThat(report.number("vmas", 0)).isEqualTo(tables.array("areas").size());
      assertThat(tables.number("entryCount", 0)).isPositive();
      assertThat(tables.array("tables")).hasSize(4);
    }
  }

  static List<UserKind> users() {
    return UserCatalog.all();
  }

  /** The example of a user has its name, mounts it, and tells how to play it with another hook. */
  @ParameterizedTest
  @MethodSource("users")
  void everyUserHasItsExample(UserKind kind) throws Exception {
    Path script = EXAMPLES.resolve(kind.id() + ".strace");

    assertThat(script).exists();
    assertThat(Files.readString(script))
        .containsPattern("(?m)^# vmarea mount path=\\S+ user=" + kind.id() + "\\b")
        .containsPattern("(?m)^#     \\./vmarea replay .*examples/" + kind.id() + "\\.strace\\b");
  }

  /** A row of docs/users.md begins with the ids of its users and their variants, in order. */
  @ParameterizedTest
  @MethodSource("users")
  void everyUserIsDescribed(UserKind kind) throws Exception {
    List<List<String>> rows =
        Files.readAllLines(Path.of("..", "docs", "users.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> List.of(line.split("\\|")))
            .filter(cells -> cells.get(1).contains("`" + kind.id() + "`"))
            .toList();

    assertThat(rows).hasSize(1);
    String variants = rows.getFirst().get(3).strip();
    assertThat(List.of(variants.split(", ")))
        .isEqualTo(kind.variants().stream().map(Variant::name).toList());
  }

  @Test
  void theDriverIsCompiledAndRun() throws Exception {
    compile("RegisterWindow.java");
    assertGolden("RegisterWindow.java", printedBy(() -> runMain("RegisterWindow")));
  }

  @Test
  void helloIsCompiledAndRun() throws Exception {
    compile("Hello.java");
    String printed =
        printedBy(() -> {
          Class<?> hello = load("Hello");
          Constructor<?> constructor = hello.getDeclaredConstructor();
          constructor.setAccessible(true);
          Method main = hello.getDeclaredMethod("main");
          main.setAccessible(true);
          main.invoke(constructor.newInstance());
        });
    assertGolden("Hello.java", printed);
  }

  @Test
  void adaptersAreCompiledAndRun() throws Exception {
    compile("adapters");
    assertGolden("Adapters.java", printedBy(() -> runMain("Adapters")));
  }

  /** The guest's status, or 128 and a signal's number; output and map are kept. */
  @ParameterizedTest
  @CsvSource({"'',0", "42,42", "guard,139", "null,139"})
  void aProgramForRiscVRuns(String argument, int status) throws Exception {
    compile("riscv");
    List<String> arguments = argument.isEmpty() ? List.of("primes") : List.of("primes", argument);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Method run = load("RiscV").getDeclaredMethod("run", Path.class, List.class, PrintStream.class);
    run.setAccessible(true);
    Object result =
        run.invoke(
            null,
            EXAMPLES.resolve("riscv/primes.elf"),
            arguments,
            new PrintStream(printed, true, StandardCharsets.UTF_8));

    assertThat(result).isEqualTo(status);
    assertGolden(
        argument.isEmpty() ? "riscv" : "riscv-" + argument,
        printed.toString(StandardCharsets.UTF_8));
  }

  /** Compiles a file, or all files of a folder. */
  private void compile(String example) throws Exception {
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    String libraries =
        location(AddressSpace.class) + File.pathSeparator + location(PageTableText.class);
    PrintStream log = new PrintStream(messages, true, StandardCharsets.UTF_8);
    List<String> arguments = new ArrayList<>(List.of("-d", directory.toString(), "-cp", libraries));
    try (Stream<Path> sources = Files.walk(EXAMPLES.resolve(example), 1)) {
      sources.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(log, log, arguments.toArray(String[]::new));
    assertThat(status).as(messages.toString(StandardCharsets.UTF_8)).isZero();
  }

  private Class<?> load(String name) throws Exception {
    URL[] classes = {directory.toUri().toURL()};
    return new URLClassLoader(classes, getClass().getClassLoader()).loadClass(name);
  }

  private void runMain(String name) throws Exception {
    Method main = load(name).getMethod("main", String[].class);
    main.setAccessible(true);
    main.invoke(null, (Object) new String[0]);
  }

  private interface Program {
    void run() throws Exception;
  }

  private static String printedBy(Program program) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    try {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      program.run();
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static String location(Class<?> type) throws Exception {
    URI uri = type.getProtectionDomain().getCodeSource().getLocation().toURI();
    return Path.of(uri).toString();
  }
}
