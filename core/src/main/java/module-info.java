// SPDX-License-Identifier: Apache-2.0

/** The Linux memory-mapping subsystem: address spaces, their areas, and the calls on them. */
module dev.vmarea {
  requires static org.jspecify;

  exports dev.vmarea;
  exports dev.vmarea.abi;
  exports dev.vmarea.base;
  exports dev.vmarea.memory;
  exports dev.vmarea.arch;
  exports dev.vmarea.pagetable;
  exports dev.vmarea.vma;
  exports dev.vmarea.hugetlb;
  exports dev.vmarea.space;
  exports dev.vmarea.fault;
  exports dev.vmarea.mapping;
  exports dev.vmarea.files;
  exports dev.vmarea.image;
}
