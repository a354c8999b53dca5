// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import java.util.List;

/**
 * The ports that faults are put into: of each user the one that it has by default where nothing is
 * missing: its hook, the checks that the hook makes wherever they are, and its callbacks. Users
 * that only hand on to another file's hook have none of their own.
 */
final class CorrectPorts {
  private static final String DRIVERS = "dev.vmarea.drivers.";

  /**
   * Code of a port.
   *
   * @param user the user's short name
   * @param className the class, with dots
   * @param methods names of its methods; empty for all
   */
  record Code(String user, String className, List<String> methods) {
    /** Keeps its own copy of the list. */
    Code {
      methods = List.copyOf(methods);
    }

    boolean has(String method) {
      return methods.isEmpty() || methods.contains(method);
    }
  }

  private CorrectPorts() {}

  private static Code driver(String user, String name, String... methods) {
    return new Code(user, DRIVERS + user + "." + name, List.of(methods));
  }

  private static Code core(String user, String name, String... methods) {
    return new Code(user, "dev.vmarea." + name, List.of(methods));
  }

  /** All of it, in a fixed order. */
  static List<Code> all() {
    return List.of(
        driver("shmem", "ShmemMapping"),
        driver("mem", "MemFile"),
        driver("mem", "MemFile$Own"),
        driver("zero", "ZeroPort", "mmapPrepare"),
        core("zero", "files.ZeroMapping"),
        new Code("zero", "dev.vmarea.files.ShmemZero", List.of("setUp", "fresh")),
        driver("hugetlbfs", "HugetlbfsFile$Own"),
        core("hugetlbfs", "hugetlb.HugetlbRequest", "of", "isShareable", "grant"),
        core("hugetlbfs", "hugetlb.HugetlbOperations"),
        driver("devdax", "DaxFile"),
        driver("devdax", "DaxFile$Port"),
        driver("relay", "RelayFile"),
        new Code("relay", DRIVERS + "region.WholeBuffer", List.of("checkLength")),
        driver("secretmem", "SecretArea"),
        driver("secretmem", "SecretArea$Faulted"),
        core("secretmem", "files.SecretMapping", "map", "isSecret"),
        driver("ntfs3", "NtfsMapping"),
        driver("ntfs3", "NtfsFile", "fillHoles", "extendValid"),
        driver("resctrl", "PseudoLockFile"),
        driver("resctrl", "PseudoLockFile$Posted"),
        driver("resctrl", "PseudoLockFile$Own"),
        driver("resctrl", "PseudoLockGroup", "check", "closed"),
        driver(
            "iommufd",
            "IommufdFile",
            "check",
            "offset",
            "hasClose",
            "open",
            "count",
            "close",
            "release"),
        driver("iommufd", "MappedFile"),
        driver("kcov", "KcovFile"),
        driver("kcov", "KcovFile$KernelPages"),
        driver("kcov", "Kcov", "areaFor"),
        driver("vmcore", "CoreFile"),
        driver("vmcore", "CoreFile$Mixed"),
        driver("pci", "PciFile"),
        driver("pci", "PciFile$Port"),
        driver("pci", "PciResources$Procfs", "choose"),
        driver("pci", "PciResources$Sysfs", "choose"),
        driver("cramfs", "CramfsMapping"),
        driver("cramfs", "CramfsMapping$Port"),
        driver("afs", "AfsFile"),
        driver("afs", "AfsFile$CountedWhenMapped"));
  }
}
