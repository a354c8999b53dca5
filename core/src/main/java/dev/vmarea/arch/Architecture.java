// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.arch;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.PageProtection;
import java.util.List;

/**
 * What one architecture is, as far as mapping memory goes: pages, page tables, protections, and
 * what an I/O remap does to a page frame number. The constants are all there are; immutable.
 *
 * <p>Levels of page tables count from the leaf: 0 holds entries of pages, 1 is Linux's PMD, 2 its
 * PUD. Protections are in the layout of {@link PageProtection} on every architecture.
 */
public final class Architecture {
  /** x86-64 with 4 levels of page tables: user addresses of 47 bits. */
  public static final Architecture X86_64 =
      new Architecture("x86-64", TableShape.X86_64, 0, PfnTranslation.SAME_FRAME);

  /** x86-64 with 5 levels of page tables: user addresses of 56 bits. */
  public static final Architecture X86_64_5LEVEL =
      new Architecture("x86-64-5level", TableShape.X86_64_5LEVEL, 0, PfnTranslation.SAME_FRAME);

  /** x86-64 with encrypted memory: what is not decrypted for a device carries a bit. */
  public static final Architecture X86_64_ENCRYPTED =
      new Architecture(
          "x86-64-encrypted",
          TableShape.X86_64,
          PageProtection.ENCRYPTED,
          PfnTranslation.SAME_FRAME);

  /** C-SKY: 32 bits. */
  public static final Architecture CSKY =
      new Architecture("csky", TableShape.CSKY, 0, PfnTranslation.SAME_FRAME_32);

  /** MIPS of 32 bits. */
  public static final Architecture MIPS =
      new Architecture("mips", TableShape.MIPS, 0, PfnTranslation.SAME_FRAME_32);

  /** MIPS Alchemy: 32 bits, but devices above 4 GiB. */
  public static final Architecture MIPS_ALCHEMY =
      new Architecture("mips-alchemy", TableShape.MIPS_ALCHEMY, 0, new AlchemyTranslation());

  /** SPARC of 32 bits. */
  public static final Architecture SPARC32 =
      new Architecture("sparc32", TableShape.SPARC32, 0, new Sparc32Translation());

  /** SPARC of 64 bits: pages of 8 KiB. */
  public static final Architecture SPARC64 =
      new Architecture("sparc64", TableShape.SPARC64, 0, new Sparc64Translation());

  /** A processor of 32 bits without memory management: no page tables. */
  public static final Architecture NOMMU =
      new Architecture("nommu", TableShape.NOMMU, 0, PfnTranslation.SAME_FRAME_32);

  private static final List<Architecture> ALL =
      List.of(
          X86_64,
          X86_64_5LEVEL,
          X86_64_ENCRYPTED,
          CSKY,
          MIPS,
          MIPS_ALCHEMY,
          SPARC32,
          SPARC64,
          NOMMU);

  private final String name;
  private final TableShape shape;
  private final long encryption;
  private final ProtectionMap protections;
  private final PfnTranslation translation;

  private Architecture(String name, TableShape shape, long encryption, PfnTranslation translation) {
    this.name = name;
    this.shape = shape;
    this.encryption = encryption;
    this.protections = new ProtectionMap(encryption);
    this.translation = translation;
  }

  /** All architectures, in the order of the constants. */
  public static List<Architecture> all() {
    return ALL;
  }

  /**
   * The architecture with this {@link #name()}.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static Architecture named(String name) {
    for (Architecture each : ALL) {
      if (each.name.equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException("unknown architecture " + name + "; there are " + ALL);
  }

  /** What it is called: {@code x86-64}, {@code sparc32} and so on. */
  public String name() {
    return name;
  }

  /** log2 of the bytes of a page. */
  public int pageShift() {
    return shape.pageShift();
  }

  /** Bytes of a page. */
  public long pageSize() {
    return 1L << shape.pageShift();
  }

  /** Levels of page tables; 0 without an MMU. */
  public int levels() {
    return shape.indexBits().size();
  }

  /**
   * log2 of the entries of a table.
   *
   * @param level 0 for the leaf, up to {@code levels() - 1}
   * @throws IndexOutOfBoundsException if there is no such level
   */
  public int indexBits(int level) {
    return shape.indexBits().get(level);
  }

  /**
   * Bytes that one entry of a table covers.
   *
   * @param level 0 for the leaf, up to {@code levels() - 1}
   */
  public long entrySize(int level) {
    int shift = shape.pageShift();
    for (int below = 0; below < level; below++) {
      shift += shape.indexBits().get(below);
    }
    return 1L << shift;
  }

  /** Every user address is below it; in bytes, page aligned. */
  public long addressLimit() {
    return shape.addressLimit();
  }

  /** The configuration with user addresses that end where they do here, at the latest. */
  public KernelConfig limit(KernelConfig config) {
    return config.taskSize() <= addressLimit() ? config : config.withTaskSize(addressLimit());
  }

  /** Whether there are page tables at all. */
  public boolean hasMmu() {
    return levels() > 0;
  }

  /**
   * Whether the processor's entries have a bit that marks special ones. Where they have none, Linux
   * tells original pages of a private PFN mapping by their frame: page offset plus distance.
   */
  public boolean hasSpecialEntries() {
    return shape.specialEntries();
  }

  /**
   * Whether the kernel keeps track of which page frames are mapped with which cache mode (x86 with
   * its page attribute table).
   */
  public boolean tracksCacheModes() {
    return name().startsWith("x86");
  }

  /** Highest level at which one entry may map a huge page; 0 where only pages are mapped. */
  public int maxHugeLevel() {
    return shape.maxHugeLevel();
  }

  /**
   * The protection that pages of an area start with (mm-semantics 1.5).
   *
   * @param vmFlags flags of the area, of which READ, WRITE, EXEC and SHARED count
   */
  public PageProtection protection(long vmFlags) {
    return protections.protection(vmFlags);
  }

  /**
   * The page frame that an I/O remap maps (mm-semantics 6.4). Arithmetic is that of the
   * architecture's unsigned long: 32 bits are all that counts where it has no more.
   *
   * @param pfn page frame number that the driver gave
   * @param size bytes of the range
   */
  public long ioRemapPfn(long pfn, long size) {
    return translation.translate(pfn, size);
  }

  /** The protection for memory that a device reads too: without encryption. */
  public PageProtection decrypted(PageProtection protection) {
    return new PageProtection(protection.bits() & ~encryption);
  }

  /** The bit that entries of encrypted memory have, or 0 where memory is not encrypted. */
  public long encryptionBit() {
    return encryption;
  }

  /** The name. */
  @Override
  public String toString() {
    return name;
  }
}
