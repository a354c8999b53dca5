// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import dev.vmarea.base.KernelConfig;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration of the running kernel. Reading it changes nothing on the host.
 *
 * @param release kernel release, as {@code uname -r} prints it
 * @param machine {@code uname -m}
 * @param pageSize bytes
 * @param kernel what the model needs
 * @param thpEnabled the chosen value of transparent_hugepage/enabled, empty if not built in
 * @param shmemEnabled the chosen value of transparent_hugepage/shmem_enabled, empty if not built in
 * @param overcommitRatio vm.overcommit_ratio in percent
 * @param overcommitKilobytes vm.overcommit_kbytes; 0 if the ratio counts
 * @param legacyLayout vm.legacy_va_layout: new programs search bottom-up
 * @param randomBits vm.mmap_rnd_bits
 * @param fiveLevel whether page tables have five levels
 * @param memfdNoexec vm.memfd_noexec, 0 if the kernel has no such setting
 */
public record HostConfig(
    String release,
    String machine,
    long pageSize,
    KernelConfig kernel,
    String thpEnabled,
    String shmemEnabled,
    long overcommitRatio,
    long overcommitKilobytes,
    boolean legacyLayout,
    long randomBits,
    boolean fiveLevel,
    long memfdNoexec) {

  /** Reads the configuration of this host. What cannot be read has the usual value of Linux. */
  public static HostConfig read() {
    return new HostConfigReader().read();
  }

  /**
   * The settings under /proc/sys/vm that mapping calls ask at every call, by their names there;
   * what cannot be read is left out. Cheap: three small files.
   */
  public static Map<String, Long> changeable() {
    final Map<String, Long> values = new LinkedHashMap<>();
    for (final String name : List.of("max_map_count", "overcommit_memory", "mmap_min_addr")) {
      ProcText.number("/proc/sys/vm/" + name).ifPresent(value -> values.put(name, value));
    }
    return values;
  }

  /** Every value by its name, those of {@link #kernel} in place of it, in a fixed order. */
  public Map<String, Object> asMap() {
    final Map<String, Object> values = new LinkedHashMap<>();
    put(values, this);
    put(values, kernel);
    values.remove("kernel");
    return values;
  }

  private static void put(final Map<String, Object> values, final Record of) {
    for (final RecordComponent component : of.getClass().getRecordComponents()) {
      try {
        values.put(component.getName(), component.getAccessor().invoke(of));
      } catch (final ReflectiveOperationException notPublic) {
        throw new LinkageError("a record component that cannot be read: " + component, notPublic);
      }
    }
  }
}
