// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.overlay;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.base.FailurePlan;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.List;

/** Scenarios of overlays. */
public final class OverlayScenarios {
  private static final String MOUNT = OverlayKind.INSTANCE.usualPath();
  private static final String FILE = MOUNT + "/file";
  private static final String DEVICE = MOUNT + "/registers";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          Scenario.of(
                  "T47",
                  "the action of a real device fails (F6), over an older mapping",
                  OverlayKind.INSTANCE,
                  lab -> {
                    OpenFile file = lab.open(DEVICE);
                    lab.anonymous(0, 4);
                    String failed =
                        lab.failing(
                            FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, 1),
                            () -> lab.mmap(file, 0, 4, RW, SHARED, 0));
                    String left = lab.vma(0) == null ? "gap" : "mapped";
                    String used = used(lab, "registers");
                    return String.join(
                        ", ", failed, left, used, lab.mmap(file, 0, 4, RW, SHARED, 0));
                  })
              .with("device", "registers")
              .legacy("-ENOMEM, gap, 1 times as mounter, atime 1, ok")
              .posted("-ENOMEM, gap, 1 times as mounter, atime 1, ok | warned: DOUBLE_DETACH")
              .correct("-ENOMEM, gap, 1 times as mounter, atime 1, ok"),
          Scenario.of(
                  "ovl-order",
                  "no hook is said before the security module, and she before the real hook",
                  OverlayKind.INSTANCE,
                  lab -> {
                    lab.control(MOUNT, "unmappable socket");
                    lab.control(MOUNT, "deny socket");
                    OpenFile socket = lab.open(MOUNT + "/socket", OpenFile.O_RDONLY);
                    String noDevice = lab.mmap(socket, 0, 1, R, PRIVATE, 0);
                    String untouched = used(lab, "socket");
                    lab.control(MOUNT, "fill file 7");
                    OpenFile file = lab.open(FILE, OpenFile.O_RDONLY);
                    lab.control(MOUNT, "deny file");
                    lab.control(MOUNT, "broken file");
                    String denied = lab.mmap(file, 0, 1, R, PRIVATE, 0);
                    String notUsed = used(lab, "file");
                    lab.control(MOUNT, "allow file");
                    String failed = lab.mmap(file, 0, 1, R, PRIVATE, 0);
                    lab.control(MOUNT, "remove file");
                    return String.join(
                        ", ", noDevice, untouched, denied, notUsed, failed, used(lab, "file"));
                  })
              // The access time moves only once the real hook was asked, whatever it said: that a
              // refusal by the security module does not move it is read off the order of the steps.
              .all(
                  "-ENODEV, 0 times as mounter, atime 0, -EACCES, 1 times as mounter, atime 0, "
                      + "-ENOMEM, 2 times as mounter, atime 1"),
          Scenario.of(
                  "ovl-real",
                  "the VMA holds the real file, which outlives the overlay's",
                  OverlayKind.INSTANCE,
                  lab -> {
                    lab.control(MOUNT, "fill file 7");
                    OpenFile file = lab.open(FILE, OpenFile.O_RDONLY);
                    String mapped = lab.mmap(file, 0, 4, R, SHARED, 0);
                    lab.close(file);
                    lab.control(MOUNT, "remove file");
                    Vma vma = lab.vma(0);
                    OpenFile real = vma == null ? null : vma.file();
                    String held = real == null || real == file ? "?" : real.references() + "";
                    return String.join(", ", mapped, held, lab.load(4096), used(lab, "file"));
                  })
              .all("ok, 1, 7, 1 times as mounter, atime 1"),
          Scenario.of(
                  "ovl-copy-up",
                  "opened for writing a lower file is copied; who maps the lower one keeps it",
                  OverlayKind.INSTANCE,
                  lab -> {
                    lab.control(MOUNT, "fill file 7");
                    OpenFile before = lab.open(FILE, OpenFile.O_RDONLY);
                    lab.mmap(before, 0, 4, R, SHARED, 0);
                    OpenFile writer = lab.open(FILE);
                    lab.mmap(writer, 8, 4, RW, SHARED, 0);
                    String copied = lab.load((8 << 12) + 5000);
                    lab.store(8 << 12, 9);
                    OpenFile after = lab.open(FILE, OpenFile.O_RDONLY);
                    lab.mmap(after, 16, 4, R, PRIVATE, 0);
                    lab.control(MOUNT, "remove file");
                    return String.join(", ", copied, lab.load(0), lab.load(16 << 12));
                  })
              .all("7, 7, 9"),
          Scenario.of(
                  "ovl-cut",
                  "pieces, a child's too, each hold the real file",
                  OverlayKind.INSTANCE,
                  lab -> {
                    lab.control(MOUNT, "fill file 7");
                    OpenFile file = lab.open(FILE, OpenFile.O_RDONLY);
                    lab.mmap(file, 0, 4, R, SHARED, 0);
                    lab.munmap(1, 1);
                    lab.control(MOUNT, "remove file");
                    lab.fork();
                    Vma vma = lab.vma(0);
                    OpenFile real = vma == null ? null : vma.file();
                    return real == null ? "unmapped" : real.references() + "";
                  })
              .all("5"));

  private OverlayScenarios() {}

  private static String used(UserLab lab, String name) {
    OverlayModel overlay = (OverlayModel) lab.user(MOUNT);
    return overlay.credentialsTaken() + " times as mounter, atime " + overlay.accesses(name);
  }
}
