// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Open files of this very process, which needs no tracing. */
class FileIdentitiesTest {
  private static final int SELF = (int) ProcessHandle.current().pid();
  private static final int AT_FDCWD = -100;
  private static final int F_ADD_SEALS = 1033;
  private static final int F_SEAL_GROW = 4;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int O_RDWR = 2;

  @TempDir private Path directory = Path.of("");

  private final FileIdentities identities = new FileIdentities();
  private final Set<Integer> opened = new HashSet<>();

  @BeforeEach
  void compares() throws IOException {
    final int fd = open(Files.createFile(directory.resolve("probe")));
    final int copy = duplicate(fd);
    identities.identify(SELF, fd);
    identities.identify(SELF, copy);
    assumeTrue(identities.comparable(), "kcmp is not permitted here");
  }

  @AfterEach
  void closeAll() {
    opened.forEach(fd -> NativeCalls.syscall(SystemCall.CLOSE, fd, 0, 0, 0, 0, 0));
  }

  private int open(final Path path) {
    try (Arena arena = Arena.ofConfined()) {
      final byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
      return keep(
          NativeCalls.syscall(
              SystemCall.OPENAT,
              AT_FDCWD,
              NativeCalls.cString(arena, name).address(),
              O_RDWR,
              0,
              0,
              0));
    }
  }

  private int duplicate(final int fd) {
    return keep(NativeCalls.syscall(SystemCall.DUP, fd, 0, 0, 0, 0, 0));
  }

  private int keep(final long fd) {
    assertThat(fd).isNotNegative();
    opened.add((int) fd);
    return (int) fd;
  }

  private void close(final int fd) {
    opened.remove(fd);
    NativeCalls.syscall(SystemCall.CLOSE, fd, 0, 0, 0, 0, 0);
  }

  private FileIdentity identify(final int fd) {
    final FileIdentity identity = identities.identify(SELF, fd);
    assertThat(identity).isNotNull();
    return identity;
  }

  @Test
  void duplicatesAreOneFileAndReopeningMakesAnother() throws IOException {
    final Path file = Files.createFile(directory.resolve("file"));
    final int first = open(file);
    final int second = open(file);
    final FileIdentity identity = identify(first);
    assertThat(identify(duplicate(first))).isEqualTo(identity);
    assertThat(identify(second).id()).isNotEqualTo(identity.id());
    assertThat(identify(first)).isEqualTo(identity);
    assertThat(identity.exact()).isTrue();
  }

  @Test
  void manyFilesOfOneInodeAreToldApart() throws IOException {
    final Path file = Files.createFile(directory.resolve("file"));
    final List<Integer> files = new ArrayList<>();
    final Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      files.add(open(file));
      ids.add(identify(files.getLast()).id());
    }
    assertThat(ids).hasSize(100);
    for (final int fd : files) {
      assertThat(identify(duplicate(fd))).isEqualTo(identify(fd));
    }
  }

  @Test
  void aClosedNumberUsedAgainIsAnotherFile() throws IOException {
    final Path file = Files.createFile(directory.resolve("file"));
    final int fd = open(file);
    final int id = identify(fd).id();
    identities.closing(SELF, fd);
    assertThat(identities.known(SELF, fd)).isFalse();
    close(fd);
    final int again = open(file);
    assertThat(again).isEqualTo(fd);
    assertThat(identify(again).id()).isNotEqualTo(id);
  }

  @Test
  void anUnknownDuplicateKeepsTheIdentityWhenItsFileIsClosed() throws IOException {
    final int fd = open(Files.createFile(directory.resolve("file")));
    final int copy = duplicate(fd);
    final int id = identify(fd).id();
    identities.closingRange(SELF, fd, fd);
    close(fd);
    assertThat(identify(copy).id()).isEqualTo(id);
  }

  @Test
  void childrenKnowTheirParentsFiles() throws IOException {
    final int fd = open(Files.createFile(directory.resolve("file")));
    identify(fd);
    identities.forked(SELF, Integer.MAX_VALUE);
    assertThat(identities.known(Integer.MAX_VALUE, fd)).isTrue();
    identities.executed(Integer.MAX_VALUE);
    assertThat(identities.known(Integer.MAX_VALUE, fd)).isFalse();
    assertThat(identities.known(SELF, fd)).isTrue();
    assertThat(identities.identify(SELF, 1_000_000)).isNull();
  }

  @Test
  void factsAreThoseOfTheMap() throws IOException {
    final Path file = Files.writeString(directory.resolve("a \"b\"\n\u00e4"), "x");
    final int fd = open(file);
    final long page = HostPages.size();
    final long address = NativeCalls.syscall(SystemCall.MMAP, 0, page, 1, 2, fd, 0);
    final String line =
        new String(ProcessInfo.maps(SELF, true), StandardCharsets.ISO_8859_1)
            .lines()
            .filter(l -> l.startsWith(Long.toHexString(address) + "-"))
            .findFirst()
            .orElseThrow();
    NativeCalls.syscall(SystemCall.MUNMAP, address, page, 0, 0, 0, 0);
    final FileIdentity identity = identify(fd);
    final String[] fields = line.split(" +", 6);
    assertThat(String.format("%02x:%02x", identity.deviceMajor(), identity.deviceMinor()))
        .isEqualTo(fields[3]);
    assertThat(Long.toString(identity.inode())).isEqualTo(fields[4]);
    assertThat(identity.flags() & 3).isEqualTo(O_RDWR);
    assertThat(identity.comment(7, fd))
        .startsWith("# vmarea fd 7 " + fd + " file=" + identity.id() + " dev=")
        .endsWith("/a \\\"b\\\"\\012\\303\\244\"")
        .contains(" flags=0")
        .contains(" noexec=0 type=reg size=1 path=\"/");
  }

  @Test
  void sealsOfMemoryFilesAreRead() {
    final long created;
    try (Arena arena = Arena.ofConfined()) {
      final byte[] name = "sealed".getBytes(StandardCharsets.US_ASCII);
      created =
          NativeCalls.syscall(
              SystemCall.MEMFD_CREATE,
              NativeCalls.cString(arena, name).address(),
              MFD_ALLOW_SEALING,
              0,
              0,
              0,
              0);
    }
    final int fd = keep(created);
    NativeCalls.syscall(SystemCall.FCNTL, fd, F_ADD_SEALS, F_SEAL_GROW, 0, 0, 0);
    final FileIdentity identity = identify(fd);
    assertThat(identity.seals()).isEqualTo(F_SEAL_GROW);
    assertThat(identity.fileSystem()).isEqualTo("tmpfs");
    assertThat(new String(identity.path(), StandardCharsets.ISO_8859_1))
        .isEqualTo("/memfd:sealed (deleted)");
  }
}
