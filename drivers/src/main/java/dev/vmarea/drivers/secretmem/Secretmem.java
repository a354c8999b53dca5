// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.secretmem;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** All files of memfd_secret, and what they count. All processes are one user's. */
public final class Secretmem implements UserModel {
  private final Variant variant;
  private final boolean enabled;
  private final FileTree<SecretNode> files = FileTree.readOnly();
  private final AtomicLong users = new AtomicLong();
  private final UserLocked locked = new UserLocked();

  Secretmem(Variant variant, boolean enabled) {
    this.variant = variant;
    this.enabled = enabled;
  }

  @Override
  public UserKind kind() {
    return SecretmemKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /**
   * memfd_secret(2): a new file.
   *
   * @throws ErrnoException ENOSYS if it is not enabled
   */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    if (!enabled) {
      throw Errno.ENOSYS.failure();
    }
    users.incrementAndGet();
    return files.openUnnamed(new SecretNode(this), "/secretmem");
  }

  /** A file is gone. */
  void released() {
    users.decrementAndGet();
  }

  /** What the user has locked by faults, in pages. */
  UserLocked locked() {
    return locked;
  }

  @Override
  public SortedMap<String, Long> counters() {
    return new TreeMap<>(Map.of("secretmem_users", users.get(), "locked pages", locked.pages()));
  }

  @Override
  public void verify() {
    files.verify();
    List<SecretNode> nodes = files.files();
    Invariant.equal("secretmem_users", users.get(), nodes.size());
    nodes.forEach(SecretNode::verify);
    long charged = nodes.stream().mapToLong(SecretNode::charged).sum();
    Invariant.equal("pages locked by faults", locked.pages(), charged);
  }

  @Override
  public void close() {
    files.close();
  }
}
