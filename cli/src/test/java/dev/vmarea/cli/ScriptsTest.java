// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scripts: devices declared in all three ways, and what is wrong with them. */
class ScriptsTest {
  private static final String CALLS =
      """
      1 openat(AT_FDCWD, "/dev/x", O_RDWR) = 3
      1 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7ffff7ffd000
      """;
  private static final String ENTRIES = "2 x 4 KiB  pfn 0xd0000-0xd0002  rw- uncached special";

  @TempDir private Path directory;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text, StandardCharsets.ISO_8859_1);
  }

  private static String joined(String report) {
    return report.replaceAll("\\s+", " ");
  }

  @Test
  void aDeviceIsDeclaredInTheScriptInAFileOrByAnOption() throws Exception {
    Path bare = file("bare", CALLS);
    Path own = file("own", "# vmarea device path=/dev/x pfn=0xd0000 size=8k cache=uc\n" + CALLS);
    Path properties =
        file(
            "p",
            "/dev/x.pfn = 0xd0000\n/dev/x.size=8192\n/dev/x.cache: uc\n/dev/y.pfn=1\n/dev/y.size=1\n");
    String option = "/dev/x:pfn=0xd0000,size=8k,cache=uc";

    assertThat(CommandLineRun.of("replay", own.toString(), "--page-tables").out())
        .contains(ENTRIES);
    assertThat(
            CommandLineRun.of("replay", "--page-tables", "--device", option, bare.toString()).out())
        .contains(ENTRIES);
    assertThat(
            CommandLineRun.of(
                    "replay", "--page-tables", "--devices", properties.toString(), bare.toString())
                .out())
        .contains(ENTRIES);
    // An option wins over the file and over the script.
    assertThat(
            CommandLineRun.of(
                    "maps",
                    "--page-tables",
                    "--devices",
                    properties.toString(),
                    "--device",
                    "/dev/x:pfn=0xe0000,size=1m",
                    own.toString())
                .out())
        .contains("pfn 0xe0000-0xe0002  rw- uncached-minus special");
  }

  @Test
  void anotherResultThanTheScriptsIsShown() throws Exception {
    Path script =
        file(
            "s",
            "# vmarea device path=/dev/x pfn=0xd0000 size=4k\n"
                + CALLS
                + "1 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3, 0) = -1 EPERM (Operation not permitted)\n");
    CommandLineRun run = CommandLineRun.of("replay", script.toString(), "--page-tables");

    assertThat(run.status()).isEqualTo(1);
    assertThat(joined(run.err()))
        .contains("different: 2 calls with another result than the script's")
        .contains("script 0x7ffff7ffd000 model EINVAL");
    CommandLineRun maps = CommandLineRun.of("maps", script.toString(), "--page-tables");
    assertThat(maps.status()).isEqualTo(1);
    assertThat(maps.err()).contains("2 calls with another result than written there");
  }

  @Test
  void aCallThatShouldHaveFailedIsUndoneWithItsReservation() throws Exception {
    Path script =
        file(
            "s",
            "# vmarea device path=/dev/x pfn=0xd0000 size=64k\n"
                + CALLS
                + "1 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3, 0) = -1 EPERM (Operation not permitted)\n"
                + "1 munmap(0x7ffff7ffd000, 4096) = 0\n"
                + "1 +++ exited with 0 +++\n");
    CommandLineRun run = CommandLineRun.of("replay", script.toString(), "--page-tables");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out().lines()).hasSize(1);
    assertThat(joined(run.err())).contains("the page tables were lost");
  }

  @Test
  void warningsOfTheKernelAreShown() throws Exception {
    Path script =
        file(
            "s",
            """
            # vmarea device path=/dev/x pfn=0x1000 size=8k action=mixed
            1 openat(AT_FDCWD, "/dev/x", O_RDWR) = 3
            1 mmap(NULL, 8192, PROT_READ, MAP_SHARED, 3, 0) = -1 EINVAL (Invalid argument)
            """);
    CommandLineRun run = CommandLineRun.of("replay", script.toString());
    assertThat(run.err())
        .startsWith(
            "vmarea: "
                + script
                + ":3: the kernel stops the thread (BUG): memory as a bare page frame");
    assertThat(run.status()).isEqualTo(ExitCode.FINDING);
    JsonObject report =
        JsonReader.read(
                CommandLineRun.of("replay", script.toString(), "--json")
                    .out()
                    .lines()
                    .toList()
                    .getLast())
            .asObject("report");
    JsonObject warning = report.array("warnings").getFirst().asObject("warning");
    assertThat(report.number("warningCount", 0)).isEqualTo(1);
    assertThat(warning.number("line", 0)).isEqualTo(3);
    assertThat(warning.text("kind", "")).isEqualTo("bug");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /dev/x                            | /dev/x: no settings (such as /dev/demo:pfn=0xd0000,size=64k)
          /dev/x:pfn=0xd0000                | /dev/x: size= is missing (its bytes, such as size=64k)
          /dev/x:size=64k                   | /dev/x: pfn= is missing (its first page frame,
          /dev/x:size                       | /dev/x: key=value expected instead of 'size'
          /dev/x:size=1,size=2              | /dev/x: size= stands twice
          /dev/x:pfn=1,size=64q             | /dev/x: size=64q: a number expected, such as 0x10000 or 64k
          /dev/x:pfn=1,size=0               | /dev/x: the size must be from 1 byte to 16 GiB
          /dev/x:pfn=1,size=99999999999g    | /dev/x: size=99999999999g: too large
          /dev/x:pfn=0xfffffffffffffff,size=1 | /dev/x: pfn=0xfffffffffffffff: page frames have 40 bits
          /dev/x:pfn=0xffffffffff,size=64k  | /dev/x: physical addresses have 52 bits
          /dev/x:address=0x10001,size=1     | /dev/x: memory that does not begin with a page needs the action simple-
          /dev/x:pfn=1,address=1,size=1     | /dev/x: pfn= and address= say the same twice
          /dev/x:pfn=1,size=1,action=kernel-pages | /dev/x: action=kernel-pages maps memory that the driver allocates
          /dev/x:size=1g,action=kernel-pages | /dev/x: a driver allocates 16 MiB at most
          /dev/x:pfn=1,size=1,cache=wp      | /dev/x: cache=wp: one of wb, wc, uc-, uc, wt expected
          /dev/x:pfn=1,size=1,action=map    | /dev/x: action=map: one of remap, ioremap, simple-ioremap,
          /dev/x:pfn=1,size=1,hook=new      | /dev/x: hook=new: one of prepare, legacy expected
          /dev/x:pfn=1,size=1,error=EX      | /dev/x: error=EX: one of EPERM,
          /dev/x:pfn=1,size=1,error=EIO,hook=legacy | /dev/x: a legacy hook returns its error itself
          /dev/x:pfn=1,size=1,colour=red    | /dev/x: no setting is called 'colour'; known: pfn, address,
          /tmp/x:pfn=1,size=1               | /tmp/x: a path such as /dev/demo expected
          /dev/zero:pfn=1,size=1            | /dev/zero: the model has its own files there
          """)
  void aBadDeclarationIsNamedWithTheRemedy(String declaration, String message) throws Exception {
    Path script = file("s", CALLS);
    CommandLineRun run = CommandLineRun.of("replay", script.toString(), "--device", declaration);

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("vmarea: --device " + message);
  }

  @Test
  void badDeclarationsInFilesNameFileAndLine() throws Exception {
    Path script = file("s", "# a comment\n# vmarea device path=/dev/x size=1\n" + CALLS);
    assertThat(CommandLineRun.of("replay", script.toString()).err())
        .startsWith("vmarea: " + script + ":2: /dev/x: pfn= is missing");
    Path pathless = file("t", "# vmarea device /dev/x size=1\n" + CALLS);
    assertThat(CommandLineRun.of("replay", pathless.toString()).err())
        .isEqualTo("vmarea: " + pathless + ":1: path= is missing\n");
    String device = "# vmarea device path=/dev/x pfn=1 size=1\n";
    Path twice = file("u", device + "\n" + device + CALLS);
    assertThat(CommandLineRun.of("replay", twice.toString()).err())
        .isEqualTo("vmarea: " + twice + ":3: /dev/x is declared twice\n");
    Path late = file("v", CALLS + device);
    CommandLineRun run = CommandLineRun.of("replay", late.toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("vmarea: " + late + ":3: /dev/x is declared too late: devices stand before");

    Path properties = file("p", "/dev/x.size = 1\n");
    assertThat(
            CommandLineRun.of("replay", script.toString(), "--devices", properties.toString())
                .err())
        .startsWith("vmarea: " + properties + ": /dev/x: pfn= is missing");
    Path empty = file("e", "");
    assertThat(CommandLineRun.of("replay", script.toString(), "--devices", empty.toString()).err())
        .startsWith("vmarea: " + empty + ": no device in it");
    Path odd = file("o", "size = \\u12\n");
    assertThat(CommandLineRun.of("replay", script.toString(), "--devices", odd.toString()).status())
        .isEqualTo(2);
  }

  @Test
  void aProfileWithoutTheActionIsNamed() throws Exception {
    Path script = file("s", "# vmarea device path=/dev/x size=8k action=kernel-pages\n" + CALLS);

    CommandLineRun run = CommandLineRun.of("replay", script.toString(), "--profile", "LINUX_6_19");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "vmarea: "
                + script
                + ": /dev/x: LINUX_6_19 does not have the action kernel-pages in a prepare hook;"
                + " --profile can name one that does: SETTLED, LINUX_7_1, LINUX_7_2."
                + " Old hooks do without: hook=legacy\n");
    assertThat(
            CommandLineRun.of(
                    "replay",
                    script.toString(),
                    "--profile",
                    "LINUX_6_18",
                    "--device",
                    "/dev/x:size=8k,action=kernel-pages,hook=legacy")
                .status())
        .isZero();
  }

  @Test
  void pageTablesThatNobodyKnowsAreRefused() throws Exception {
    Path recording = Fixture.copy(directory.resolve("rec"));
    for (String source : new String[] {"1", recording.resolve("final.maps").toString(), "-"}) {
      CommandLineRun run = CommandLineRun.of("maps", "--page-tables", source);
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.out()).isEmpty();
    }
    assertThat(CommandLineRun.of("maps", "--page-tables", "1").err())
        .startsWith("vmarea: 1: the page tables are not known: /proc does not tell");
    assertThat(CommandLineRun.of("maps", "--page-tables", file("log", CALLS).toString()).err())
        .contains("the log tells no map of its process");
    assertThat(CommandLineRun.of("maps", "--profile", "SETTLED", recording.toString()).err())
        .contains("only with --page-tables");
    assertThat(CommandLineRun.of("maps", "--page-tables", "--smaps", "1").status()).isEqualTo(2);

    CommandLineRun run = CommandLineRun.of("maps", "--page-tables", recording.toString());
    assertThat(run.out())
        .isEqualTo(new String(Fixture.file("final.maps"), StandardCharsets.ISO_8859_1));
    assertThat(joined(run.err())).contains("0 entries").contains("no pages of ordinary memory");
  }

  @Test
  void hostileNamesOfDevicesAreEscaped() throws Exception {
    Path script = file("s", "# vmarea device path=\"/dev/\\33[2J\" pfn=1\n" + CALLS);
    assertThat(CommandLineRun.of("replay", script.toString()).err())
        .contains("/dev/\\033[2J: size= is missing")
        .doesNotContain("\033");
  }

  private static final String RELAY =
      """
      1 openat(AT_FDCWD, "/debug/cpu0", O_RDWR) = 3
      1 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7ffff7ffd000
      # vmarea store 1 0x7ffff7ffd000 4 0x11223344
      # vmarea load 1 0x7ffff7ffd002 2 = 0x1122
      # vmarea control /debug close
      1 openat(AT_FDCWD, "/debug/cpu0", O_RDWR) = -1 ENOENT (No such file or directory)
      """;
  private static final String MOUNT = "# vmarea mount path=/debug user=relay size=8k\n";

  @Test
  void aUserIsMountedByTheScriptAFileOrAnOption() throws Exception {
    Path own = file("own", MOUNT + RELAY);
    Path bare = file("bare", RELAY);
    Path table = file("table", "/debug.user = relay\n/debug.size = 8k\n");

    for (String[] arguments :
        new String[][] {
          {"replay", own.toString()},
          {"replay", own.toString(), "--variant", "relay=legacy"},
          {"replay", bare.toString(), "--mount", "/debug:user=relay,size=8k"},
          {"replay", bare.toString(), "--mounts", table.toString()},
          {"maps", "--page-tables", bare.toString(), "--mounts", table.toString()},
        }) {
      CommandLineRun run = CommandLineRun.of(arguments);
      assertThat(run.status()).as(run.err()).isZero();
      assertThat(run.out()).contains("7ffff7ffd000-7ffff7fff000 rw-s");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 openat(AT_FDCWD, \"/debug/cpu0\", O_RDWR) = -1 EPERM (x) | openat(AT_FDCWD, \"/debug",
        "# vmarea load 1 0x7ffff7ffd000 4 = 0x0 | load 1 0x7ffff7ffd000 4",
        "# vmarea store 1 0x1000 4 0x1 | script 0 model SIGSEGV",
        "# vmarea control /debug detach 0 = -EBUSY | script -EBUSY model 0",
      })
  void everyResultOnAUserIsCompared(String line, String shown) throws Exception {
    Path script =
        file("s", MOUNT + RELAY.lines().limit(3).reduce("", (a, b) -> a + b + "\n") + line + "\n");
    CommandLineRun run = CommandLineRun.of("replay", script.toString());

    assertThat(run.status()).isEqualTo(1);
    assertThat(joined(run.err())).contains("different: 1 call", shown);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "# vmarea mount path=/debug | user= is missing",
        "# vmarea mount path=debug user=relay | path=debug: an absolute path expected",
        "# vmarea mount path=/a/../b user=relay | path=/a/../b: an absolute path expected",
        "# vmarea mount path=/debug user=nobody | no user nobody; known: [",
        "# vmarea mount path=/debug user=relay colour=red | relay has no setting colour; known: cpus, size",
        "# vmarea mount path=/debug user=relay size=5 | size=5: whole pages expected",
        "# vmarea mount path=/debug user=relay variant=x | relay has no variant x; known: [legacy, v3]",
      })
  void whatIsWrongWithAMountIsSaid(String line, String message) throws Exception {
    CommandLineRun run = CommandLineRun.of("replay", file("s", line + "\n" + RELAY).toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(joined(run.err())).contains(message);
  }

  @Test
  void whatIsWrongWithALineAboutAUserIsSaid() throws Exception {
    Path late = file("late", MOUNT + RELAY + "# vmarea mount path=/other user=relay\n");
    assertThat(CommandLineRun.of("replay", late.toString()).err())
        .contains("/other is mounted too late");
    Path nowhere = file("nowhere", MOUNT + RELAY + "# vmarea control /other close\n");
    assertThat(CommandLineRun.of("replay", nowhere.toString()).err())
        .contains("nothing is mounted at /other");
    Path unknown = file("unknown", MOUNT + RELAY + "# vmarea control /debug explode\n");
    assertThat(CommandLineRun.of("replay", unknown.toString()).err())
        .contains("relay does not know \"explode\"");
    assertThat(CommandLineRun.of("replay", late.toString(), "--variant", "relay=x").err())
        .contains("relay has no variant x");
  }

  private static final String SEGMENT =
      """
      # vmarea mount path=shm: user=shm segments=0
      1 shmget(0x77, 8192, IPC_CREAT|0600) = 3
      1 shmat(3, NULL, 0) = 0x7ffff7ffd000
      """;

  /** Whoever is told of by shmget has a file of the user that is mounted, and none is older. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "# vmarea control shm: refuse 3 = -EINVAL | script -EINVAL model 0",
        "# vmarea control shm: rmid 3 = -EINVAL | script -EINVAL model 0",
        "1 shmctl(3, IPC_RMID, NULL) = -1 EINVAL (x) | script EINVAL model 0",
        "1 shmctl(4, IPC_RMID, NULL) = 0 | script 0 model EINVAL",
        "1 shmat(4, NULL, 0) = 0x7ffff7ffb000 | script 0x7ffff7ffb000 model EINVAL",
      })
  void segmentsAreThoseOfTheMountedUser(String line, String shown) throws Exception {
    CommandLineRun whole =
        CommandLineRun.of(
            "replay", file("whole", SEGMENT + "1 shmctl(3, IPC_RMID, NULL) = 0\n").toString());
    assertThat(whole.status()).as(whole.err()).isZero();
    assertThat(whole.out()).contains("/SYSV00000077 (deleted)");

    CommandLineRun run = CommandLineRun.of("replay", file("s", SEGMENT + line + "\n").toString());
    assertThat(run.status()).as(run.err()).isEqualTo(1);
    assertThat(joined(run.err())).contains("different: 1 call", shown);
  }

  /** The mount brings its pages, and there are no others; memfds take them from the same pool. */
  @Test
  void hugePagesAreThoseOfTheMount() throws Exception {
    Path script =
        file(
            "s",
            """
            # vmarea mount path=/huge user=hugetlbfs pool=1
            1 memfd_create("m", MFD_HUGETLB) = 3
            1 ftruncate(3, 4096) = -1 EINVAL (x)
            1 ftruncate(3, 2097152) = 0
            1 pwrite64(3, "x", 1, 0) = -1 EINVAL (x)
            1 mmap(NULL, 2097152, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7ffff7c00000
            # vmarea store 1 0x7ffff7c00000 8 0x1
            1 openat(AT_FDCWD, "/huge/a", O_RDWR|O_CREAT, 0600) = 4
            1 ftruncate(4, 4096) = -1 EINVAL (x)
            1 mmap(NULL, 2097152, PROT_READ, MAP_SHARED, 4, 0) = -1 ENOMEM (x)
            1 munmap(0x7ffff7c00000, 2097152) = 0
            1 close(3) = 0
            1 mmap(NULL, 2097152, PROT_READ, MAP_SHARED, 4, 0) = 0x7ffff7c00000
            1 unlink("/huge/a") = 0
            """);
    CommandLineRun run = CommandLineRun.of("replay", script.toString());

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).doesNotContain("vmarea: ");
  }

  @Test
  void usersAreListed() throws Exception {
    assertThat(CommandLineRun.of("users").out()).contains("relay", "legacy, v3");
    assertThat(CommandLineRun.of("users", "relay").out())
        .contains("usually at  /sys/kernel/debug/relay", "setting   size=64k");
    CommandLineRun json = CommandLineRun.of("users", "--json");
    assertThat(JsonReader.read(json.out().strip()).asObject("report").array("users"))
        .hasSize(UserCatalog.all().size());
    assertThat(CommandLineRun.of("users", "nobody").status()).isEqualTo(2);
  }

  @Test
  void aPageThatAFaultBringsIsMappedAndGivenBack() throws Exception {
    Path script =
        file(
            "faults",
            MOUNT
                + RELAY.lines().limit(2).reduce("", (a, b) -> a + b + "\n")
                + "# vmarea fault 1 0x7ffff7ffe000 w\n1 +++ exited with 0 +++\n");
    CommandLineRun run = CommandLineRun.of("replay", script.toString(), "--page-tables");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("1 x 4 KiB");
    assertThat(run.err()).doesNotContain("left when all processes had ended");
  }

  @Test
  void sealsOfMountedMemfdsAreJudged() throws Exception {
    Path script =
        file(
            "seals",
            """
            # vmarea mount path=memfd: user=shmem
            1 memfd_create("m", MFD_ALLOW_SEALING) = 3
            1 ftruncate(3, 8192) = 0
            1 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7ffff7ffd000
            1 fcntl(3, F_ADD_SEALS, F_SEAL_WRITE) = -1 EBUSY (Device or resource busy)
            1 munmap(0x7ffff7ffd000, 8192) = 0
            1 fcntl(3, F_ADD_SEALS, F_SEAL_WRITE) = 0
            1 pwrite64(3, "abc", 3, 0) = -1 EPERM (Operation not permitted)
            1 fallocate(3, FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE, 0, 0) = -1 EINVAL (Invalid argument)
            1 memfd_create("n", 0) = 4
            1 fcntl(4, F_ADD_SEALS, F_SEAL_WRITE) = -1 EPERM (Operation not permitted)
            """);
    CommandLineRun run = CommandLineRun.of("replay", script.toString());

    assertThat(run.status()).as(run.err()).isZero();
  }

  private static final String LEAK =
      """
      # vmarea profile LINUX_6_18
      # vmarea mount path=/afs user=afs variant=prepare-count
      1 openat(AT_FDCWD, "/afs/a", O_RDWR|O_CREAT, 0600) = 3
      # vmarea fail vma 1
      1 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3, 0) = -1 ENOMEM (Cannot allocate memory)
      1 unlink("/afs/a") = 0
      """;

  @Test
  void whatBreaksEndsWithStatusOne() throws Exception {
    CommandLineRun run = CommandLineRun.of("replay", file("leak", LEAK).toString());
    assertThat(run.status()).isEqualTo(ExitCode.FINDING);
    assertThat(joined(run.err()))
        .contains("rules of LINUX_6_18", "as written", "broken 2 things", "open mmaps +1");
    CommandLineRun json = CommandLineRun.of("replay", file("leak", LEAK).toString(), "--json");
    assertThat(JsonReader.read(json.out().strip()).asObject("report").number("brokenCount", 0))
        .isEqualTo(2);
    CommandLineRun other =
        CommandLineRun.of("replay", file("leak", LEAK).toString(), "--profile", "SETTLED");
    assertThat(joined(other.err())).contains("rules of SETTLED");
    CommandLineRun good =
        CommandLineRun.of("replay", file("leak", LEAK).toString(), "--variant", "afs=legacy");
    assertThat(good.status()).as(good.err()).isZero();
  }

  @Test
  void aStepThatIsNotPassedIsTold() throws Exception {
    Path script = file("missed", LEAK.replace("vma 1", "hook 7"));
    assertThat(joined(CommandLineRun.of("replay", script.toString()).err()))
        .contains("nothing failed at hook 7: the call passes only ", "different: 1 call");
    Path last = file("last", LEAK + "# vmarea fail vma 1\n");
    assertThat(joined(CommandLineRun.of("replay", last.toString()).err()))
        .contains("nothing failed at vma 1: the call passes no failure point");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fail vma 1 | fail vmas 1 | no failure point vmas; known: vma, tree-node,",
        "fail vma 1 | fail vma | a failure point and which time it is passed expected",
        "fail vma 1 | fail vma 0 | vma 0: a number from 1 on expected",
        "fail vma 1 | profile SETTLED | the profile is declared too late",
        "LINUX_6_18 | LINUX_1 | unknown profile LINUX_1; known: [SETTLED,",
        "user=afs | user=afs stacked=perhaps | stacked=perhaps: yes or no expected",
      })
  void whatIsWrongWithLinesOfReproducersIsSaid(String old, String line, String message)
      throws Exception {
    CommandLineRun run = CommandLineRun.of("replay", file("s", LEAK.replace(old, line)).toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(joined(run.err())).contains(message);
  }

  /** Below a stacked file a port goes through the compatibility layer,. */
  @Test
  void usersCanBeBelowStackedFiles() throws Exception {
    Path script =
        file(
            "stacked",
            """
            # vmarea mount path=/debug user=relay size=8k stacked=yes
            1 openat(AT_FDCWD, "/debug/cpu0", O_RDWR) = 3
            1 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7ffff7ffd000
            # vmarea store 1 0x7ffff7ffd000 1 0x7
            # vmarea load 1 0x7ffff7ffd000 1 = 0x7
            # vmarea control /debug detach 0 = ok
            """);
    CommandLineRun run = CommandLineRun.of("replay", script.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("/debug/cpu0");
  }
}
