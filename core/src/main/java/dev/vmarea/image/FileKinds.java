// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.files.DeviceFile;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.files.PlainFile;
import dev.vmarea.files.SecretFile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.files.ZeroDevice;
import dev.vmarea.mapping.AsyncIoOperation;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * What an image calls the kinds of files that can be made again without a driver. A name may have a
 * number behind a colon.
 */
final class FileKinds {
  /** What only a resolver can open. */
  static final String DRIVER = "driver";

  /** A file that cannot be mapped. */
  static final String NONE = "none";

  /** Shared anonymous memory, and the same without commit charge. */
  static final String SHARED_ANONYMOUS = "shared-anonymous";

  static final String SHARED_ANONYMOUS_UNCHARGED = "shared-anonymous-uncharged";

  /** Anonymous huge pages; bytes of one behind the colon. */
  static final String ANONYMOUS_HUGE = "anonymous-huge:";

  /** An attachment of a System V segment. */
  static final String SEGMENT = "segment";

  /** A ring of the saved address space, and one of another. */
  static final String OWN_RING = "own-aio-ring";

  static final String FOREIGN_RING = "foreign-aio-ring";

  private static final String ZERO = "zero-device";
  private static final String SHMEM = "shmem";
  private static final String SECRET = "secret";
  private static final String DEVICE = "device:";

  private FileKinds() {}

  /**
   * What {@code file} is called.
   *
   * @param ownRing whether a ring is one of the address space that is saved
   * @param charged whether a file of shared anonymous memory is charged
   */
  static String of(OpenFile file, boolean ownRing, boolean charged) {
    FileOperations operations = file.operations();
    boolean unnamed = file.entry().isDeleted();
    if (file.inode().privateData() != null) {
      return DRIVER;
    }
    if (SharedSegment.of(file) != null) {
      return SEGMENT;
    }
    if (AsyncIoOperation.ownerOfRing(file) != null) {
      return ownRing ? OWN_RING : FOREIGN_RING;
    }
    return switch (operations) {
      case null -> NONE;
      case PlainFile plain -> "plain:" + plain.name();
      case ShmemFile shmem when unnamed && file.entry().path().equals("/dev/zero") ->
          charged ? SHARED_ANONYMOUS : SHARED_ANONYMOUS_UNCHARGED;
      case ShmemFile shmem -> SHMEM;
      case SecretFile secret -> SECRET;
      case DeviceFile device -> DEVICE + device.name();
      case ZeroDevice zero -> ZERO;
      case HugetlbFile huge when unnamed && file.entry().path().equals("/anon_hugepage") ->
          ANONYMOUS_HUGE + huge.hugePageSize();
      default -> DRIVER;
    };
  }

  /**
   * The operations of a kind that needs nothing else; null for a file that cannot be mapped.
   *
   * @throws IllegalArgumentException for another kind
   */
  static @Nullable FileOperations operations(String kind, ImageTarget target) {
    int colon = kind.indexOf(':');
    String name = kind.substring(colon + 1);
    return switch (kind.substring(0, colon + 1)) {
      case "plain:" -> PlainFile.valueOf(name);
      case DEVICE -> DeviceFile.valueOf(name);
      default ->
          switch (kind) {
            case NONE -> null;
            case SHMEM, SHARED_ANONYMOUS, SHARED_ANONYMOUS_UNCHARGED -> ShmemFile.INSTANCE;
            case SECRET -> SecretFile.INSTANCE;
            case ZERO -> new ZeroDevice(target.backing());
            default -> throw new IllegalArgumentException("no kind of file: " + kind);
          };
    };
  }
}
