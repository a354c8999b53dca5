// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.host.fuzz.Order;
import dev.vmarea.host.system.HostConfig;
import dev.vmarea.testkit.Touch;
import dev.vmarea.testkit.Verb;
import dev.vmarea.trace.evidence.ConfigChange;
import dev.vmarea.trace.evidence.DescriptorIdentity;
import dev.vmarea.trace.evidence.EffectiveCapabilities;
import dev.vmarea.trace.evidence.EndBlock;
import dev.vmarea.trace.evidence.ExecBlock;
import dev.vmarea.trace.evidence.ExitBlock;
import dev.vmarea.trace.evidence.Layout;
import dev.vmarea.trace.evidence.MapFlags;
import dev.vmarea.trace.evidence.MapLine;
import dev.vmarea.trace.evidence.PageFault;
import dev.vmarea.trace.evidence.ShmSegment;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.MapsFile;
import dev.vmarea.trace.procmaps.SmapsEntry;
import dev.vmarea.trace.strace.StraceWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A sequence as one log that {@code vmarea replay} reads: the configuration, the map the puppet
 * began with, its files, the calls with the kernel's results, and the maps they ended with.
 */
final class ScriptText {
  private final HostConfig host;
  private final Template template;
  private final OpenFiles files;
  private final KernelMap map;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StraceWriter writer = new StraceWriter(out);

  ScriptText(
      final HostConfig host, final Template template, final OpenFiles files, final KernelMap map) {
    this.host = host;
    this.template = template;
    this.files = files;
    this.map = map;
  }

  String text(final Twin twin, final Order order, final String difference) throws IOException {
    final int parent = template.puppet().pid();
    verdict(order, difference);
    for (final Map.Entry<String, Object> value : host.asMap().entrySet()) {
      if (value.getValue() instanceof Number || value.getValue() instanceof Boolean) {
        writer.comment(new ConfigChange(value.getKey(), String.valueOf(value.getValue())));
      }
    }
    writer.rawCall(parent, "execve", "\"/memfd:vmarea-puppet\", [\"puppet\"], 0x0 /* 0 vars */", 0);
    beginning(parent);
    for (final DescriptorIdentity file : template.identities()) {
      writer.comment(sized(file, parent));
    }
    for (final OpenFiles.Segment segment : files.segments()) {
      writer.comment(new ShmSegment(segment.id(), 0, segment.size(), 0, 1, segment.id()));
    }
    final int first =
        twin.steps().isEmpty()
            ? twin.kernel().process().puppet().pid()
            : twin.steps().getFirst().pid();
    writer.rawCall(parent, "fork", "", first);
    if (!order.privileged()) {
      writer.rawCall(
          first,
          "capset",
          "{version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=0, permitted=0,"
              + " inheritable=0}",
          0);
      writer.comment(new EffectiveCapabilities(first, 0));
    }
    final List<Twin.Step> steps = twin.steps();
    for (int i = 0; i < steps.size(); i++) {
      step(steps.get(i), i + 1 < steps.size() ? steps.get(i + 1).pid() : newest(twin), twin);
    }
    ending(twin);
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static int newest(final Twin twin) {
    return twin.kernel().process().puppet().pid();
  }

  private void verdict(final Order order, final String difference) {
    comment("Made by vmarea fuzz, seed " + order.seed() + ". Results are the kernel's, ");
    comment("Linux " + host.release() + " " + host.machine() + ".");
    comment(difference.isEmpty() ? "The model agreed." : "The model differed at the last call:");
    difference.lines().forEach(this::comment);
  }

  private void comment(final String line) {
    out.writeBytes(("# " + line.strip() + "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  private void beginning(final int pid) throws IOException {
    writer.comment(new ExecBlock(pid));
    for (final SmapsEntry entry : template.smaps()) {
      writer.comment(new MapLine(pid, entry.map()));
      final List<String> flags = entry.vmFlags();
      if (flags != null) {
        writer.comment(new MapFlags(pid, entry.field("Anonymous").orElse(0), -1, flags));
      }
    }
    writer.comment(new Layout(pid, template.layout().values()));
    writer.comment(new EndBlock(pid));
  }

  private DescriptorIdentity sized(final DescriptorIdentity file, final int pid) {
    final long size = files.firstSize(file.fd());
    return new DescriptorIdentity(
        pid,
        file.fd(),
        file.file(),
        file.major(),
        file.minor(),
        file.inode(),
        file.fileSystem(),
        file.flags(),
        file.seals(),
        file.noexec(),
        file.type(),
        size < 0 ? file.size() : size,
        file.path());
  }

  private void step(final Twin.Step step, final int next, final Twin twin) throws IOException {
    final int pid = step.pid();
    switch (step.call().verb()) {
      case READ, WRITE -> touch(step);
      case PWRITE64 -> {
        final long[] a = step.call().values();
        writer.rawCall(pid, "pwrite64", a[0] + ", \"\"..., " + a[2] + ", " + a[1], step.result());
      }
      case SWITCH -> {}
      case FORK -> writer.rawCall(pid, "fork", "", step.result() == 0 ? next : step.result());
      case EXIT -> {
        if (!alive(twin, pid)) {
          writer.rawCall(pid, "exit_group", "0", 0);
          writer.exited(pid, 0);
        }
      }
      default -> CallLine.write(writer, step, twin);
    }
  }

  private static boolean alive(final Twin twin, final int pid) {
    for (int i = 0; i < twin.kernel().count(); i++) {
      if (twin.kernel().process(i).puppet().pid() == pid) {
        return true;
      }
    }
    return false;
  }

  private void touch(final Twin.Step step) throws IOException {
    final long address = step.call().argument(0);
    final long result = step.result();
    if (result == Touch.DONE || result == Touch.NO_PAGE) {
      final boolean write = step.call().verb() == Verb.WRITE;
      writer.comment(
          new PageFault(
              step.pid(), address, write ? PageFault.Access.WRITE : PageFault.Access.READ));
    }
    if (result != Touch.DONE) {
      final boolean bus = result == Touch.NO_PAGE;
      final String code = result == Touch.NOT_ALLOWED ? "SEGV_ACCERR" : "SEGV_MAPERR";
      writer.signal(
          step.pid(),
          bus ? "SIGBUS" : "SIGSEGV",
          "{si_signo="
              + (bus ? "SIGBUS, si_code=BUS_ADRERR" : "SIGSEGV, si_code=" + code)
              + ", si_addr=0x"
              + Long.toHexString(address)
              + "}");
    }
  }

  private void ending(final Twin twin) throws IOException {
    for (int i = 0; i < twin.kernel().count(); i++) {
      final KernelProcess process = twin.kernel().process(i);
      final int pid = process.puppet().pid();
      process.readInto(map);
      writer.comment(new ExitBlock(pid));
      for (final MapsEntry entry :
          MapsFile.read(new ByteArrayInputStream(map.maps()), "maps of the puppet")) {
        writer.comment(new MapLine(pid, entry));
      }
      writer.comment(new EndBlock(pid));
      writer.killed(pid, "SIGKILL", false);
    }
    writer.killed(template.puppet().pid(), "SIGKILL", false);
  }
}
