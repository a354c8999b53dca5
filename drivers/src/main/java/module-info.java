// SPDX-License-Identifier: Apache-2.0

/** The drivers and file systems of the series, as models on a machine. Any operating system. */
module dev.vmarea.drivers {
  requires static org.jspecify;
  requires java.management;
  requires transitive dev.vmarea;

  exports dev.vmarea.drivers;
  exports dev.vmarea.drivers.afs;
  exports dev.vmarea.drivers.coda;
  exports dev.vmarea.drivers.cramfs;
  exports dev.vmarea.drivers.devdax;
  exports dev.vmarea.drivers.ground;
  exports dev.vmarea.drivers.hugetlbfs;
  exports dev.vmarea.drivers.iommufd;
  exports dev.vmarea.drivers.kcov;
  exports dev.vmarea.drivers.mem;
  exports dev.vmarea.drivers.mounts;
  exports dev.vmarea.drivers.ntfs3;
  exports dev.vmarea.drivers.overlay;
  exports dev.vmarea.drivers.pci;
  exports dev.vmarea.drivers.procfs;
  exports dev.vmarea.drivers.region;
  exports dev.vmarea.drivers.relay;
  exports dev.vmarea.drivers.resctrl;
  exports dev.vmarea.drivers.schedule;
  exports dev.vmarea.drivers.secretmem;
  exports dev.vmarea.drivers.shm;
  exports dev.vmarea.drivers.shmem;
  exports dev.vmarea.drivers.stacked;
  exports dev.vmarea.drivers.tree;
  exports dev.vmarea.drivers.vmcore;
  exports dev.vmarea.drivers.zero;
}
