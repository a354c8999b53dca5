// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Errno;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I12: attaching and detaching beside IPC_RMID. */
class AttachRaceTest {
  private static final int ROUNDS = 200;
  private static final long INVALID = Errno.EINVAL.negated();

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "v3"})
  void aSegmentEndsOnceAndNobodyIsAttachedThen(String variant) throws Exception {
    String path = ShmKind.INSTANCE.usualPath();
    MountPlan plan =
        MountPlan.EMPTY.with(
            path, new MountPlan.Entry(ShmKind.INSTANCE, variant, Map.of("segments", "0")));
    UserLab lab = new UserLab(Profile.SETTLED, plan);
    ShmModel shm = (ShmModel) lab.user(path);
    List<AddressSpace> others = List.of(lab.space(), lab.fork());

    try (ExecutorService threads = Executors.newFixedThreadPool(others.size() + 1)) {
      for (int id = 1; id <= ROUNDS; id++) {
        round(threads, others, shm, id);
        assertThat(shm.segment(id).isDestroyed()).isTrue();
        assertThat(shm.segment(id).attachments()).isZero();
        shm.verify(); // the file was put once, by the segment
      }
    }
    assertThat(attachments.get()).as("attachments that were made").isPositive();
    assertThat(lab.close()).isEmpty();
  }

  private final AtomicInteger attachments = new AtomicInteger();

  private void round(ExecutorService threads, List<AddressSpace> others, ShmModel shm, int id)
      throws Exception {
    shm.control(List.of("create", Integer.toString(id)));
    CyclicBarrier start = new CyclicBarrier(others.size() + 1);
    List<Future<?>> calls = new ArrayList<>();
    for (AddressSpace space : others) {
      calls.add(
          threads.submit(() -> {
            start.await();
            boolean attached = true;
            while (attached) {
              long at = space.syscalls().shmat(id, 0, 0);
              attached = at > 0;
              assertThat(attached || at == INVALID).as("shmat: %x", at).isTrue();
              if (attached) {
                attachments.incrementAndGet();
                assertThat(space.syscalls().shmdt(at)).isZero();
              }
            }
            return null;
          }));
    }
    start.await();
    shm.control(List.of("rmid", Integer.toString(id)));
    for (Future<?> call : calls) {
      call.get();
    }
  }
}
