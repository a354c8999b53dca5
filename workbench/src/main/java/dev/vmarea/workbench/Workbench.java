// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import dev.vmarea.drivers.schedule.Schedule;
import dev.vmarea.workbench.diagnosis.RaceFindings;
import dev.vmarea.workbench.explore.RaceCase;
import dev.vmarea.workbench.explore.RaceExplorer;
import dev.vmarea.workbench.explore.RaceName;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Checks subjects. */
public final class Workbench {
  private static final int TOLD_EVERY = 64;

  private final CheckRequest request;
  private final Consumer<? super CheckProgress> progress;
  private final BooleanSupplier stopped;
  private final AtomicLong done = new AtomicLong();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger findings = new AtomicInteger();
  private final long started = System.nanoTime();

  private Workbench(
      CheckRequest request, Consumer<? super CheckProgress> progress, BooleanSupplier stopped) {
    this.request = request;
    this.progress = progress;
    this.stopped = stopped;
  }

  /**
   * Checks, several subjects at a time.
   *
   * @param progress told now and then how far it is, from any thread
   * @param stopped asked often, from any thread, whether to end early; what was found so far is in
   *     the report then
   */
  public static Report check(
      CheckRequest request, Consumer<? super CheckProgress> progress, BooleanSupplier stopped) {
    return new Workbench(request, progress, stopped).run();
  }

  /**
   * Runs one order of two operations again, as {@link Finding#schedule} names it.
   *
   * @return what goes wrong in it
   * @throws IllegalArgumentException for a text that is none, or names no two operations of the
   *     user
   * @throws IllegalStateException if the operations cannot go on in that order
   */
  public static List<Finding> repeat(Subject subject, String schedule) {
    int colon = schedule.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException(
          schedule + ": GROUND/NUMBER: TURNS expected, such as \"plain/1: A*2 B A\"");
    }
    RaceCase race = RaceName.find(subject, schedule.substring(0, colon).strip());
    RaceFindings findings = new RaceFindings();
    RaceExplorer.repeat(race, Schedule.parse(schedule.substring(colon + 1))).forEach(findings::add);
    return findings.findings();
  }

  private Report run() {
    List<SubjectReport> reports = new ArrayList<>();
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors());
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      List<Future<SubjectReport>> all = new ArrayList<>();
      for (Subject subject : request.subjects()) {
        all.add(workers.submit(() -> one(subject)));
      }
      for (Future<SubjectReport> one : all) {
        reports.add(one.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Report(reports, false);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return new Report(reports, reports.stream().allMatch(SubjectReport::isComplete));
  }

  private SubjectReport one(Subject subject) {
    SubjectReport report =
        new SubjectCheck(subject, request, stopped, (part, found) -> tried(subject, part)).run();
    findings.addAndGet(report.findings().size());
    ended.incrementAndGet();
    return report;
  }

  private void tried(Subject subject, Part part) {
    long now = done.incrementAndGet();
    if (now % TOLD_EVERY == 0) {
      double seconds = (System.nanoTime() - started) / 1e9;
      double share = (double) ended.get() / request.subjects().size();
      progress.accept(new CheckProgress(subject, part, now, findings.get(), share, now / seconds));
    }
  }
}
