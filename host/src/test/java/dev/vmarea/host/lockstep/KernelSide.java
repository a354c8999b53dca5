// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.puppet.Puppet;
import dev.vmarea.host.puppet.PuppetException;
import dev.vmarea.host.puppet.PuppetImage;
import dev.vmarea.host.tracing.Ptrace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes the calls of a case on the kernel: a puppet, and those it forks. What they mount and the
 * segments they make are in namespaces of their own, which end with them.
 */
final class KernelSide implements AutoCloseable {
  private static final int AT_FDCWD = -100;
  private static final int OWNER_ONLY = 0600;
  private static final int FOR_OWNER = 0700;
  private static final int F_ADD_SEALS = 1033;
  private static final long NEW_NAMESPACES = 0x00020000L | 0x08000000L; // mounts and IPC
  private static final long MS_REC_PRIVATE = 0x4000L | 0x40000L;
  private static final int CAPABILITY_VERSION = 0x2008_0522;

  /** What a case points to, in the puppet's image. */
  private final Map<String, Long> strings = new HashMap<>();

  private final Map<UserCall, Long> limits = new HashMap<>();
  private final long capabilityHeader;
  private final long noCapabilities;
  private final Operands operands = new Operands();
  private final List<KernelProcess> processes = new ArrayList<>();
  private int current;

  /** Puts what {@code calls} point to into {@code image}. */
  KernelSide(List<UserCall> calls, PuppetImage image) {
    capabilityHeader = image.words(CAPABILITY_VERSION);
    noCapabilities = image.words(0, 0, 0);
    string("/", image);
    for (UserCall call : calls) {
      for (int i = 0; i < call.arguments().size(); i++) {
        if (call.isText(i)) {
          string(call.text(i), image);
        }
      }
      if (call.name().equals("setrlimit")) {
        limits.put(call, image.words(operands.number(call, 1), operands.number(call, 2)));
      }
    }
  }

  private void string(String text, PuppetImage image) {
    strings.computeIfAbsent(text, image::string);
  }

  /**
   * The puppet that has been started with the image.
   *
   * @throws HostRefusal if it cannot have namespaces of its own
   */
  void start(Puppet puppet) throws IOException {
    processes.add(new KernelProcess(puppet));
    long left = puppet.call(SystemCall.UNSHARE, NEW_NAMESPACES);
    long apart = left != 0 ? left : puppet.call(SystemCall.MOUNT, 0, at("/"), 0, MS_REC_PRIVATE, 0);
    if (apart != 0) {
      throw new HostRefusal("no namespaces of their own for mounts and segments: errno=" + -apart);
    }
  }

  /** This host does not let the calls be made. */
  static final class HostRefusal extends IOException {
    private static final long serialVersionUID = 1L;

    HostRefusal(String message) {
      super(message);
    }
  }

  KernelProcess process() {
    return processes.get(current);
  }

  KernelProcess process(int number) {
    return processes.get(number);
  }

  int count() {
    return processes.size();
  }

  Answer run(UserCall call) throws IOException {
    Answer answer = make(call);
    operands.keep(call, answer.value());
    return answer;
  }

  private Answer make(UserCall call) throws IOException {
    Puppet puppet = process().puppet();
    return switch (call.name()) {
      case "load" -> access(puppet, operands.number(call, 0), false, (byte) 0);
      case "store" ->
          access(puppet, operands.number(call, 0), true, (byte) operands.number(call, 1));
      case "open" ->
          made(puppet, SystemCall.OPENAT, AT_FDCWD, any(call, 0), any(call, 1), OWNER_ONLY);
      case "mkdir" -> made(puppet, SystemCall.MKDIRAT, AT_FDCWD, any(call, 0), FOR_OWNER);
      case "unlink" -> made(puppet, SystemCall.UNLINK, any(call, 0));
      case "mount" ->
          made(puppet, SystemCall.MOUNT, any(call, 0), any(call, 1), any(call, 0), 0, any(call, 2));
      case "add_seals" -> made(puppet, SystemCall.FCNTL, any(call, 0), F_ADD_SEALS, any(call, 1));
      case "setrlimit" -> made(puppet, SystemCall.SETRLIMIT, any(call, 0), limit(call));
      case "drop_capabilities" -> made(puppet, SystemCall.CAPSET, capabilityHeader, noCapabilities);
      case "fork" -> Answer.of(fork(puppet));
      case "switch" -> {
        current = (int) operands.number(call, 0);
        yield Answer.of(0);
      }
      case "exit" -> {
        processes.remove(current).close();
        current = 0;
        yield Answer.of(0);
      }
      default -> {
        long[] arguments = new long[call.arguments().size()];
        for (int i = 0; i < arguments.length; i++) {
          arguments[i] = any(call, i);
        }
        yield made(puppet, SystemCall.valueOf(call.name().toUpperCase(Locale.ROOT)), arguments);
      }
    };
  }

  private static Answer made(Puppet puppet, SystemCall call, long... arguments)
      throws PuppetException {
    return Answer.of(puppet.call(call, arguments));
  }

  private long limit(UserCall call) {
    Long known = limits.get(call);
    if (known == null) {
      throw new IllegalStateException("not in the image: " + call);
    }
    return known;
  }

  private long at(String text) {
    Long known = strings.get(text);
    if (known == null) {
      throw new IllegalStateException("not in the image: " + text);
    }
    return known;
  }

  /** A number, or where a string is. */
  private long any(UserCall call, int index) {
    return call.isText(index) ? at(call.text(index)) : operands.number(call, index);
  }

  private static Answer access(Puppet puppet, long address, boolean store, byte value)
      throws PuppetException {
    if (puppet.access(address, store, value) == Puppet.Access.DONE) {
      return Answer.of(store ? 0 : puppet.loaded());
    }
    Ptrace.SignalInfo fault = puppet.fault();
    return Answer.signal(fault.signal(), fault.code(), fault.address());
  }

  private long fork(Puppet puppet) throws IOException {
    Puppet.Forked forked = puppet.fork();
    Puppet child = forked.child();
    if (child == null) {
      return forked.result();
    }
    processes.add(new KernelProcess(child));
    current = processes.size() - 1;
    return 0;
  }

  @Override
  public void close() {
    processes.forEach(KernelProcess::close);
    processes.clear();
  }
}
