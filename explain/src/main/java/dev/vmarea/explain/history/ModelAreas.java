// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.AddressSpace;
import dev.vmarea.explain.snapshot.MappedObject;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.snapshot.SnapshotBuilder;
import dev.vmarea.explain.snapshot.SnapshotOrigin;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The areas of a model at one moment, as a snapshot and as they are. Immutable.
 *
 * @param snapshot them as a snapshot
 * @param vmas them in the same order
 */
record ModelAreas(Snapshot snapshot, List<Vma> vmas) {
  ModelAreas {
    vmas = List.copyOf(vmas);
  }

  /** Those of {@code space} now. */
  static ModelAreas of(AddressSpace space, SnapshotOrigin origin) {
    ProgramLayout program = space.layout();
    MapsLayout layout = new MapsLayout(program.startBrk, program.brk, program.startStack);
    SnapshotBuilder areas = new SnapshotBuilder(origin);
    List<Vma> vmas = new ArrayList<>(space.mapCount());
    IdentityHashMap<OpenFile, Integer> files = new IdentityHashMap<>();
    for (Vma vma : space.vmas()) {
      vmas.add(vma);
      areas.add(
          vma.start(),
          vma.end(),
          vma.flags(),
          vma.pgoff() << 12,
          areas.number(object(vma, layout)));
      OpenFile file = vma.file();
      if (file != null) {
        areas.openFile(files.computeIfAbsent(file, f -> files.size()));
      }
    }
    return new ModelAreas(areas.build(), vmas);
  }

  private static MappedObject object(Vma vma, MapsLayout layout) {
    OpenFile file = MapsText.shown(vma);
    String name = MapsText.name(vma, layout);
    if (file == null) {
      return name.isEmpty() ? MappedObject.ANONYMOUS : new MappedObject(0, 0, 0, name);
    }
    Inode inode = file.inode();
    return new MappedObject(inode.deviceMajor(), inode.deviceMinor(), inode.number(), name);
  }
}
