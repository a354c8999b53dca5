// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import dev.vmarea.files.PfnDevice;
import dev.vmarea.files.PfnDeviceSettings;
import dev.vmarea.space.Kernel;
import dev.vmarea.trace.evidence.DeviceDeclaration;
import dev.vmarea.vma.FileOperations;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes the devices that a script declares. */
final class ScriptDevices {
  private ScriptDevices() {}

  /**
   * How the devices are mapped, by their paths.
   *
   * @param source name of the script, for messages
   * @throws RecordingException if the kernel lacks what a driver needs, or memory
   */
  static Map<String, FileOperations> make(
      Kernel kernel, List<DeviceDeclaration> declared, String source) throws RecordingException {
    Map<String, FileOperations> devices = new HashMap<>();
    for (DeviceDeclaration device : declared) {
      PfnDeviceSettings settings = device.settings();
      String lacking = settings.lackingIn(kernel.profile());
      if (lacking != null) {
        throw new RecordingException(
            source
                + ": "
                + device.path()
                + ": "
                + kernel.profile()
                + " does not have "
                + lacking
                + "; --profile can name one that does: "
                + String.join(", ", profilesFor(settings))
                + (settings.error() == null ? ". Old hooks do without: hook=legacy" : ""));
      }
      try {
        devices.put(device.path(), new PfnDevice(kernel, settings).operations());
      } catch (ErrnoException e) {
        throw new RecordingException(
            source
                + ": "
                + device.path()
                + ": the machine has no memory for its pages ("
                + e.errno()
                + ")");
      }
    }
    return devices;
  }

  private static List<String> profilesFor(PfnDeviceSettings settings) {
    return Profile.all().stream()
        .filter(profile -> settings.lackingIn(profile) == null)
        .map(Profile::name)
        .toList();
  }
}
