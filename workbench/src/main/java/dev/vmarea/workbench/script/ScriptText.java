// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.script;

import dev.vmarea.arch.Architecture;
import dev.vmarea.trace.evidence.ArchitectureDeclaration;
import dev.vmarea.trace.evidence.EffectiveCapabilities;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.evidence.FailingSteps;
import dev.vmarea.trace.evidence.MountDeclaration;
import dev.vmarea.trace.evidence.ProfileDeclaration;
import dev.vmarea.trace.strace.StraceWriter;
import dev.vmarea.workbench.lab.Lab;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.lab.Subject;
import dev.vmarea.workbench.lab.Window;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A run as a script: lines as strace prints them, with what must fail and what happens to the user
 * between them. It is complete by itself, since it names kernel, user, variant and settings, and
 * ends with everybody's end. Immutable.
 *
 * @param text all lines
 * @param lines number of each step's line, from 1
 */
public record ScriptText(String text, List<Integer> lines) {
  /** Keeps its own copy of the list. */
  public ScriptText {
    lines = List.copyOf(lines);
  }

  /**
   * Writes one.
   *
   * @param header lines to begin with, as comments
   */
  public static ScriptText of(Run run, List<String> header) {
    try {
      return new Writer(run).write(header);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not of an array
    }
  }

  /** Writes one script; used once. */
  private static final class Writer {
    private static final long ALL_CAPABILITIES = -1L;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StraceWriter strace = new StraceWriter(out);
    private final List<Integer> lines = new ArrayList<>();
    private final Run run;
    private final Processes processes;
    private final ActLines acts;

    Writer(Run run) {
      this.run = run;
      processes = new Processes(run);
      acts = new ActLines(strace, processes, Window.of(run.ground()));
    }

    ScriptText write(List<String> header) throws IOException {
      for (String line : header) {
        comment(line);
      }
      Subject subject = run.subject();
      strace.comment(new ProfileDeclaration(subject.profile()));
      Architecture architecture = run.ground().architecture();
      if (!architecture.equals(Architecture.X86_64)) {
        strace.comment(new ArchitectureDeclaration(architecture));
      }
      strace.comment(new MountDeclaration(Lab.plan(subject, run.ground())));
      strace.comment(new EffectiveCapabilities(Processes.FIRST, ALL_CAPABILITIES));
      if (processes.hasKeeper()) {
        comment("keeps the files open when the others have gone");
        strace.rawCall(Processes.FIRST, "clone", Processes.SHARING, Processes.KEEPER);
      }
      for (Step step : run.steps()) {
        step(step);
      }
      end();
      return new ScriptText(out.toString(StandardCharsets.ISO_8859_1), lines);
    }

    private void step(Step step) throws IOException {
      if (!step.failures().isEmpty()) {
        strace.comment(new FailingSteps(step.failures()));
      }
      if (step.threw()) {
        comment("the next line " + step.result());
      }
      acts.write(step);
      lines.add((int) out.toString(StandardCharsets.ISO_8859_1).lines().count());
    }

    /** Everybody goes. */
    private void end() throws IOException {
      int last = processes.any();
      for (int pid : processes.alive()) {
        if (pid != last) {
          strace.exited(pid, 0);
        }
      }
      for (String path : run.unlinked()) {
        acts.unlink(last, path, 0);
      }
      strace.exited(last, 0);
    }

    // A comment must not be taken for a line of ours.
    private void comment(String line) throws IOException {
      String plain = line.replaceAll("[^\\x20-\\x7e]", "?");
      String gap = ("# " + plain).startsWith(EvidenceLine.PREFIX) ? "#  " : "# ";
      out.write((gap + plain + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  /** Number of the line of a step, from 1. */
  public int lineOf(int step) {
    return lines.get(step);
  }
}
