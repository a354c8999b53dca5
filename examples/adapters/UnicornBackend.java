// SPDX-License-Identifier: Apache-2.0

/** Memory as front ends of Unicorn call it: names and permission bits are theirs. */
interface UnicornBackend {
  void mem_map(long address, long size, int permissions);

  void mem_protect(long address, long size, int permissions);

  void mem_unmap(long address, long size);

  /** By the host, whatever the permissions. */
  byte[] mem_read(long address, long size);

  /** By the host, whatever the permissions. */
  void mem_write(long address, byte[] bytes);

  void hook_invalid(InvalidAccess hook);

  /** Told of what the guest must not do. */
  interface InvalidAccess {
    /** Whether the hook has repaired it, so that the access is made again. */
    boolean hook(long address, boolean write, boolean mapped);
  }
}
