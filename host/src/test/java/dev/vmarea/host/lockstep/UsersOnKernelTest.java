// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.vmarea.base.Profile;
import dev.vmarea.host.puppet.PuppetException;
import dev.vmarea.host.puppet.Puppets;
import dev.vmarea.host.system.HostConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The users of the series that this kernel has, too: each table of calls runs on the kernel and on
 * the model, on the core's files and on the models of the series with their hooks. Everything is
 * made in namespaces of a puppet's own, so nothing is left; the huge pages of the host are put back
 * by {@link HostHugePages}.
 *
 * <p>Skipped, visibly, where puppets, namespaces or huge pages cannot be had, or the kernel is not
 * the one that the profile claims.
 */
class UsersOnKernelTest {
  @Test
  void shmem() throws Exception {
    compare("shmem", false, ModelColumn.of("shmem", "legacy"), ModelColumn.of("shmem", "v3"));
  }

  @Test
  void zero() throws Exception {
    compare("zero", false, ModelColumn.of("zero", "legacy"));
  }

  @Test
  void secretmem() throws Exception {
    compare(
        "secretmem",
        false,
        ModelColumn.of("secretmem", "legacy"),
        ModelColumn.of("secretmem", "v3"));
  }

  @Test
  void hugetlb() throws Exception {
    compare("hugetlb", true, ModelColumn.of("hugetlbfs", "legacy"));
  }

  @Test
  void overlay() throws Exception {
    compare("overlay", false, ModelColumn.of("overlay", "legacy"), ModelColumn.of("overlay", "v3"));
  }

  @Test
  void segments() throws Exception {
    compare("shm", false);
  }

  @Test
  void aHookThatIsWrongIsNoticed() throws Exception {
    UserReport report = run("zero", false, List.of(ModelColumn.of("zero", "v3")));
    assertThat(report.findings()).anyMatch(finding -> finding.contains("T10"));
  }

  private static void compare(String user, boolean huge, ModelColumn... more) throws Exception {
    List<ModelColumn> columns = new ArrayList<>(List.of(more));
    columns.add(0, ModelColumn.FILES);
    UserReport report = run(user, huge, columns);
    System.out.println(report);
    assertThat(report.findings()).as("%s", report).isEmpty();
    assertThat(report.calls()).isGreaterThan(10);
  }

  /** Runs a table on a thread of its own, to which its puppets belong. */
  private static UserReport run(String user, boolean huge, List<ModelColumn> columns)
      throws Exception {
    HostConfig host = HostConfig.read();
    if (!Profile.forRelease(host.release()).exact()) {
      abort("this kernel has no profile of its own, so nothing is claimed about it");
    }
    FutureTask<UserReport> task = new FutureTask<>(() -> run(user, huge, columns, host));
    Thread.ofPlatform().start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PuppetException refused
              && refused.reason() == PuppetException.Reason.HOST
          || e.getCause() instanceof KernelSide.HostRefusal) {
        return abort(user + " cannot be compared here: " + e.getCause().getMessage());
      }
      throw e;
    }
  }

  private static UserReport run(
      String user, boolean huge, List<ModelColumn> columns, HostConfig host) throws IOException {
    UserReport report = new UserReport(user);
    try (Puppets puppets = new Puppets();
        @Nullable HostHugePages pages = huge ? hugePages(host) : null) {
      for (UserCase made : UserCase.table(user)) {
        try (UserTwin twin = new UserTwin(made, puppets, host, columns, pages, report)) {
          twin.run();
          twin.end();
        }
      }
    }
    return report;
  }

  private static HostHugePages hugePages(HostConfig host) throws IOException {
    try {
      return HostHugePages.take(host.kernel().defaultHugePageSize());
    } catch (IOException e) {
      throw new KernelSide.HostRefusal("huge pages of the host: " + e.getMessage());
    }
  }
}
