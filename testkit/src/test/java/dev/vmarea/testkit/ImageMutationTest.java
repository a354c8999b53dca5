// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.image.ImageException;
import dev.vmarea.image.ImageResolver;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Damaged images: each gives the exception that is documented, or an address space like the one
 * that was saved; and where somebody has damaged one and put the checksums right again, at least
 * one that keeps every invariant. Nothing is left of what was refused.
 */
class ImageMutationTest {
  private static final long SEED = Long.getLong("vmarea.image.seed", 1);
  private static final int EACH = Integer.getInteger("vmarea.image.mutations", 1500);
  private static final int HEAD = 16;

  private final Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  private final List<byte[]> images = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(SEED);
  private int refused;
  private int restored;

  private void makeImages() throws Exception {
    machine.kernel().memory().zeroPage(); // never free again
    for (long seed = SEED; seed < SEED + 12; seed++) {
      TestSpace space = new TestSpace(true);
      CallGenerator generator =
          new CallGenerator(seed, seed % 2 == 0 ? Vocabulary.ALL : Vocabulary.KERNEL);
      for (int step = 0; step < 60; step++) {
        space.run(generator.next(space), (byte) (1 + step));
      }
      images.add(ImagePropertyTest.image(space.space()));
    }
  }

  @Test
  void truncatedImagesAreRefused() throws Exception {
    makeImages();
    for (int i = 0; i < EACH; i++) {
      byte[] image = images.get(random.nextInt(images.size()));
      check(Arrays.copyOf(image, random.nextInt(image.length)), image);
    }
    assertThat(restored).isZero();
  }

  @Test
  void flippedBitsAreFound() throws Exception {
    makeImages();
    for (int i = 0; i < EACH; i++) {
      byte[] image = images.get(random.nextInt(images.size()));
      byte[] damaged = image.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      check(damaged, image);
    }
    assertThat(refused).as("flips that undo each other are rare").isGreaterThan(EACH * 9 / 10);
  }

  @Test
  void whatHasRightChecksumsIsNotBelievedEither() throws Exception {
    makeImages();
    for (int i = 0; i < 4 * EACH; i++) {
      byte[] damaged = images.get(random.nextInt(images.size())).clone();
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        damage(damaged);
      }
      check(damaged, null);
    }
    assertThat(refused).isGreaterThan(EACH);
    assertThat(restored).isPositive();
  }

  /** Changes a section, and its checksum with it. */
  private void damage(byte[] image) {
    ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> sections = new ArrayList<>();
    for (int at = HEAD; at + 12 <= image.length; at += 12 + bytes.getInt(at + 4)) {
      sections.add(at);
    }
    int start = sections.get(random.nextInt(sections.size()));
    int length = bytes.getInt(start + 4);
    // Mostly near the beginning: the end of the long ones is contents.
    int at = start + 8 + random.nextInt(random.nextInt(4) == 0 ? length : Math.min(length, 200));
    switch (random.nextInt(4)) {
      case 0 -> image[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> image[at] = (byte) random.nextInt();
      case 2 -> {
        if (at + 8 <= start + 8 + length) {
          long[] odd = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 4096, 1L << 47, random.nextLong()};
          bytes.putLong(at, odd[random.nextInt(odd.length)]);
        }
      }
      default -> {
        if (at + 4 <= start + 8 + length) {
          int[] odd = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1, random.nextInt()};
          bytes.putInt(at, odd[random.nextInt(odd.length)]);
        }
      }
    }
    CRC32C sum = new CRC32C();
    sum.update(image, start, 8 + length);
    bytes.putInt(start + 8 + length, (int) sum.getValue());
  }

  /** Restores it; if that succeeds it must be as {@code equal}, or just sound if that is null. */
  private void check(byte[] image, byte @Nullable [] equal) throws Exception {
    long frames = machine.kernel().memory().allocatedPages();
    long charge = machine.kernel().commit().committed();
    try {
      AddressSpace space =
          machine.restore(
              new ByteArrayInputStream(image),
              new Task(new ResourceLimits(), -1),
              ImageResolver.REBUILD);
      restored++;
      space.verify();
      byte[] again = ImagePropertyTest.image(space);
      if (equal != null) {
        assertThat(again).isEqualTo(equal);
      }
      space.exit();
      forgetSegment();
    } catch (ImageException | ErrnoException expected) {
      refused++;
      assertThat(expected.getMessage()).isNotBlank();
      assertThat(machine.segments().find(1)).as("a segment is left").isNull();
    }
    if (refused % 100 == 0) {
      machine.kernel().pfnTracking().verify();
    }
    assertThat(machine.kernel().memory().allocatedPages()).as("frames left").isEqualTo(frames);
    assertThat(machine.kernel().commit().committed()).as("charge left").isEqualTo(charge);
  }

  /** A segment outlives who has attached it. */
  private void forgetSegment() {
    machine
        .segments()
        .all()
        .forEach(segment -> {
          segment.inode().pageCache().drop(0, -1);
          segment.remove();
        });
  }
}
