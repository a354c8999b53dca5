// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.files.PfnDeviceSettings;
import dev.vmarea.trace.procmaps.MapsEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of comment line, written and read back. */
class EvidenceParserTest {
  private static final List<EvidenceLine> ALL =
      List.of(
          new ExecBlock(12),
          new ExitBlock(12),
          new EndBlock(12),
          new MapLine(
              12, new MapsEntry(0x1000, 0x2000, "rw-p", 0x3000, 8, 1, 77, "/a b\\012c (deleted)")),
          new MapLine(12, new MapsEntry(0x1000, 0x2000, "rw-p", 0, 0, 0, 0, null)),
          new MapFlags(12, 132, -1, List.of("rd", "wr", "mr")),
          new MapFlags(12, 132, 264, List.of("rd", "wr", "mr")),
          new MapFlags(12, 0, -1, List.of()),
          new PageTouch(12, 0x7000, PageFault.Access.READ),
          new PageTouch(12, 0x7fff_f000_0000L, PageFault.Access.WRITE),
          new PageTouch(12, 0x7000, PageFault.Access.UNKNOWN),
          new PresentPages(12, 0x7000, 0x9000, true),
          new PresentPages(12, 0x7000, 0x9000, false),
          new Layout(
              12,
              Map.of(
                  LayoutField.START_CODE,
                  0x400000L,
                  LayoutField.RLIMIT_AS,
                  -1L,
                  LayoutField.CAPS,
                  0x1ffffffffffL)),
          new PageFault(12, 0x7fff_ffff_f123L, PageFault.Access.WRITE),
          new PageFault(12, 0, PageFault.Access.READ),
          new PageFault(12, -1, PageFault.Access.UNKNOWN),
          new AnonymousPages(12, 0x1000, 0x2000),
          new StackGrowth(12, 0x7ffe_0000_0000L, 0x7fff_0000_0000L),
          new DescriptorIdentity(
              12,
              3,
              "f1",
              0xfe,
              0x123,
              -1,
              "ext4",
              0100002,
              0xf,
              true,
              "reg",
              8192,
              "/a \"b\\\n\u00ff=x y"),
          new DescriptorIdentity(12, 3, "7", 0, 1, 5, "", 0, 0, false, "", -1, ""),
          new FilePath("f1", "/a (deleted)"),
          new ShmSegment(4, 0xdeadbeef, 65536, 0, 1, 9),
          new ShmSegment(4, 0, -1, -1, -1, -1),
          new EffectiveCapabilities(12, 0x1ff_feff_ffffL),
          new ConfigChange("max_map_count", "65530"),
          new DeviceDeclaration(
              "/dev/a \"b\n",
              new PfnDeviceSettings(
                  0xd000_0800L,
                  0x400,
                  CacheMode.WRITE_COMBINING,
                  PfnDeviceSettings.Action.SIMPLE_IOREMAP,
                  PfnDeviceSettings.Hook.PREPARE,
                  Errno.EAGAIN)),
          new DeviceDeclaration(
              "/dev/ring",
              new PfnDeviceSettings(
                  0,
                  16384,
                  CacheMode.WRITE_BACK,
                  PfnDeviceSettings.Action.KERNEL_PAGES,
                  PfnDeviceSettings.Hook.LEGACY,
                  null)),
          new MountDeclaration(MountPlan.standard()),
          MountDeclaration.of(
              "/a \"b\n", Map.of("user", "relay", "variant", "legacy", "size", "8k", "cpus", "2")),
          new UserControl("/dev/iommu", List.of("destroy", "1"), "-EBUSY"),
          new MemoryAccess(100, 0x7fff_f7fe_f000L, 4, false, 0, "0x12345678"),
          new MemoryAccess(100, 0x7fff_f7fe_f000L, 8, true, -1, "SIGBUS"),
          new FailingSteps(
              List.of(
                  new Occurrence(FailurePlan.Point.HOOK, 1),
                  new Occurrence(FailurePlan.Point.PAGE_TABLE, 12))),
          new ProfileDeclaration(Profile.LINUX_6_18),
          new ArchitectureDeclaration(Architecture.MIPS));

  @Test
  void whatAScriptsLinesLack() {
    for (String line :
        List.of(
            "mount user=relay",
            "mount path=/a",
            "mount path=/a user=nobody",
            "mount path=/a user=relay variant=none",
            "mount path=/a user=relay colour=red",
            "control /a",
            "load 1 0x1000 4",
            "load 1 0x1000 3 = 0",
            "store 1 0x1000 4 = 0",
            "fail",
            "fail vma",
            "fail vmas 1",
            "fail vma 0",
            "fail vma 1 hook",
            "profile",
            "profile LINUX_1",
            "architecture",
            "architecture sparc64")) {
      assertThat(EvidenceParser.parse((EvidenceLine.PREFIX + line).getBytes(UTF_8)))
          .as(line)
          .isInstanceOf(MalformedLine.class);
    }
  }

  @Test
  void readsBackEveryKind() {
    for (EvidenceLine line : ALL) {
      byte[] bytes = line.toBytes();
      assertThat(bytes[bytes.length - 1]).isEqualTo((byte) '\n');
      EvidenceLine got = EvidenceParser.parse(Arrays.copyOf(bytes, bytes.length - 1));
      assertThat(got).isEqualTo(line);
      assertThat(new String(bytes, StandardCharsets.ISO_8859_1).chars().filter(c -> c == '\n'))
          .hasSize(1);
    }
    assertThat(ALL.stream().map(Object::getClass).distinct())
        .as("every kind is here")
        .hasSize(EvidenceLine.class.getPermittedSubclasses().length - 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "# vmarea exec 5 ! ExecBlock[pid=5]",
        "# vmarea fault 5 0x10 ! PageFault[pid=5, address=16, access=UNKNOWN]",
        "# vmarea anon 5 0x10-0x20 ! AnonymousPages[pid=5, start=16, end=32]",
        "# vmarea path later=1 file=3 path=\"/\\303\\244\" word"
            + " ! FilePath[file=3, path=/\u00c3\u00a4]",
        "# vmarea f 5 anon=8 rd  ! MapFlags[pid=5, anonymousKilobytes=8, residentKilobytes=-1, vmFlags=[rd]]",
        "# vmarea future 1 2 3 ! UnknownLine[kind=future]",
        "# something else ! UnknownLine[kind=]",
        "# vmarea exec x ! MalformedLine[kind=exec, problem=For input string: \"x\"]",
        "# vmarea anon 5 0x20-0x10 ! MalformedLine[kind=anon, problem=the range is empty]",
        "# vmarea fd 5 3 dev=0:1 ino=1 ! MalformedLine[kind=fd, problem=file= is missing]",
        "# vmarea path file=1 path=\"x ! MalformedLine[kind=path, problem=a quote is missing]",
      })
  void readsLines(String line, String expected) {
    assertThat(EvidenceParser.parse(line.getBytes(StandardCharsets.ISO_8859_1)))
        .hasToString(expected);
  }

  @Test
  void neverThrows() {
    long seed = Long.getLong("vmarea.seed", System.nanoTime());
    System.out.println("EvidenceParserTest -Dvmarea.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] line = ALL.get(random.nextInt(ALL.size())).toBytes();
      line = Arrays.copyOf(line, 9 + random.nextInt(line.length - 9));
      for (int n = random.nextInt(5); n > 0 && line.length > 9; n--) {
        line[9 + random.nextInt(line.length - 9)] = (byte) random.nextInt(256);
      }
      assertThat(EvidenceParser.parse(line)).as("seed %d", seed).isNotNull();
    }
  }
}
