// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.evidence.FaultEvidence;
import dev.vmarea.host.nativecalls.NativeUnavailableException;
import dev.vmarea.host.system.HostConfig;
import dev.vmarea.host.tracing.Ptrace;
import dev.vmarea.host.tracing.RemoteMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Records the memory calls of a program, its threads and its children.
 *
 * <p>The program keeps our standard input, output and error, and our other descriptors and
 * environment; it runs as a child, traced by a thread of its own. Needs Linux 5.3 on x86-64 or
 * aarch64 (the latter is not tried yet).
 */
public final class Recorder {
  private Recorder() {}

  /**
   * Runs the program of {@code request} to its end and records it.
   *
   * @throws RecordingException if the program cannot be started, tracing is refused or a bound was
   *     passed; when nothing was recorded the directory is removed again
   * @throws IOException if the recording cannot be written
   */
  public static RecordingResult record(final RecordRequest request)
      throws RecordingException, IOException, InterruptedException {
    // tracing belongs to one thread of the operating system
    final FutureTask<RecordingResult> task = new FutureTask<>(() -> recordHere(request));
    final Thread thread = Thread.ofPlatform().name("vmarea-recorder").daemon().start(task);
    try {
      return task.get();
    } catch (final ExecutionException e) {
      switch (e.getCause()) {
        case RecordingException recording -> throw recording;
        case IOException io -> throw io;
        case UncheckedIOException unchecked -> throw unchecked.getCause();
        case NativeUnavailableException missing ->
            throw new RecordingException.TracingRefused(
                "programs cannot be recorded here: " + missing.getMessage());
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    } finally {
      thread.interrupt();
    }
  }

  private static RecordingResult recordHere(final RecordRequest request)
      throws RecordingException, IOException {
    final List<byte[]> environment = request.environment();
    final Command command =
        Command.resolve(
            request.command(), environment == null ? Command.ownEnvironment() : environment);
    OwnDescriptors.closeOnExec();
    final FaultEvidence evidence =
        FaultEvidence.open(
            request.everyFault()
                ? FaultEvidence.Sources.BEST.withEveryFault()
                : FaultEvidence.Sources.BEST);
    try (Ptrace ptrace = new Ptrace();
        RemoteMemory memory = new RemoteMemory()) {
      final Stub stub = Stub.start(ptrace, memory);
      final RecordingDirectory directory;
      try {
        directory = RecordingDirectory.create(request.directory());
      } catch (final IOException | RuntimeException e) {
        stub.kill();
        throw e;
      }
      try {
        evidence.attach(stub.pid());
        stub.execute(command, request.filter());
      } catch (final RecordingException | RuntimeException e) {
        stub.kill();
        directory.discard();
        throw e;
      }
      try {
        return follow(request, ptrace, memory, stub, evidence, directory);
      } catch (final RecordingException.CommandUnusable e) {
        directory.discard();
        throw e;
      }
    } finally {
      // the kernel waits for all processors when it ends perf events: nobody else has to
      Thread.ofPlatform().name("vmarea-evidence-close").daemon().start(evidence::close);
    }
  }

  private static RecordingResult follow(
      final RecordRequest request,
      final Ptrace ptrace,
      final RemoteMemory memory,
      final Stub stub,
      final FaultEvidence evidence,
      final RecordingDirectory directory)
      throws RecordingException, IOException {
    final Redaction redaction = new Redaction(request.redact());
    try (TraceLog log = new TraceLog(directory.open("trace.strace"), redaction)) {
      final TraceLoop loop =
          new TraceLoop(ptrace, memory, request, stub, evidence, log, redaction, directory);
      final HostConfig host = HostConfig.read();
      boolean complete = false;
      try (SignalRelay _ = new SignalRelay(loop::relay)) {
        loop.run();
        complete = true;
      } finally {
        if (!complete) {
          loop.abandon();
        }
      }
      final RecordingResult result = loop.result(stub.noNewPrivileges());
      directory.write(
          "meta.json", RecordingMeta.text(request, result, host, evidence, loop.startLayout()));
      loop.checkLimits();
      return result;
    }
  }
}
