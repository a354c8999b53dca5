// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Errno;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** What a hook must not do, one port for each. */
class ContractTest {
  private static List<Finding> check(Subject subject) {
    CheckRequest request = CheckRequest.of(List.of(subject), Duration.ofSeconds(3));
    return Workbench.check(request, progress -> {}, () -> false).findings().toList();
  }

  private static List<Finding> check(MmapPrepare port) {
    return check(OneDevice.subject(port));
  }

  private static void assertFound(List<Finding> findings, Rule rule, String what) {
    assertThat(findings)
        .as(findings.toString())
        .anySatisfy(one -> {
          assertThat(one.rule()).isEqualTo(rule);
          assertThat(one.what()).contains(what);
        });
  }

  @Test
  void nothingIsFoundInAPortThatDoesWhatTheOldHookDoes() {
    assertThat(check(descriptor -> descriptor.vmOps(NoOperations.INSTANCE))).isEmpty();
  }

  @Test
  void lockKept() {
    assertFound(
        check(descriptor -> {
          descriptor.vmOps(NoOperations.INSTANCE);
          new ReentrantLock().lock();
        }),
        Rule.NO_LOCK_KEPT,
        "a lock is held");
  }

  @Test
  void descriptorUsedAfterItsCall() {
    List<VmaDescriptor> kept = new ArrayList<>();
    assertFound(
        check(descriptor -> {
          descriptor.vmOps(NoOperations.INSTANCE);
          kept.add(descriptor);
          kept.getFirst().addFlags(VmFlags.DONTDUMP);
        }),
        Rule.HOOK_KEEPS_ITS_INTERFACE,
        "the hook has returned");
  }

  @Test
  void actionOutsideOfTheMapping() {
    assertFound(
        check(descriptor -> descriptor.remap(descriptor.start(), 0xc0000, descriptor.size() + 1)),
        Rule.NO_WARNING,
        "leaves the mapping");
  }

  @Test
  void errorClearedByItsHook() {
    assertFound(
        check(
            OneDevice.subject(
                descriptor -> {
                  descriptor.remapFull(0xc0000);
                  descriptor.errorHook(error -> null);
                },
                Profile.V3_AS_POSTED)),
        Rule.NO_WARNING,
        "error");
  }

  @Test
  void anotherErrorThanTheOldHooks() {
    assertFound(
        check(descriptor -> {
          descriptor.vmOps(NoOperations.INSTANCE);
          if (descriptor.pages() > 4) {
            throw Errno.EINVAL.failure();
          }
        }),
        Rule.SAME_RESULT,
        "-EINVAL; the old hook: ok");
  }

  @Test
  void flagAndOffsetThatTheOldHookLeavesAlone() {
    assertFound(
        check(descriptor -> {
          descriptor.vmOps(NoOperations.INSTANCE);
          descriptor.addFlags(VmFlags.DONTDUMP);
          descriptor.pgoff(descriptor.pgoff() + 1);
        }),
        Rule.SAME_AREA,
        "also has the flags dd, begins at page offset");
  }

  @Test
  void whatHooksThrowIsAFindingAndEndsNothing() {
    assertFound(
        check(descriptor -> {
          throw new UnsupportedOperationException("not yet");
        }),
        Rule.HOOK_KEEPS_ITS_INTERFACE,
        "UnsupportedOperationException: not yet");
  }

  @Test
  void whatCallbacksThrowWhenAProcessEndsIsAFindingToo() {
    VmOperations callbacks =
        new VmOperations() {
          @Override
          public void close(Vma vma) {
            throw new UnsupportedOperationException("not closed");
          }
        };
    assertFound(
        check(descriptor -> descriptor.vmOps(callbacks)),
        Rule.INVARIANTS,
        "UnsupportedOperationException: not closed");
  }
}
