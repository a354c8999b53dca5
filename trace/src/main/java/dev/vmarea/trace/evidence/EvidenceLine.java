// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import java.nio.charset.StandardCharsets;

/**
 * One {@code # vmarea} comment line of a recording: something that the system calls do not show.
 * Readers of strace output skip these lines as comments.
 */
public sealed interface EvidenceLine
    permits ExecBlock,
        ExitBlock,
        EndBlock,
        MapLine,
        MapFlags,
        Layout,
        PageFault,
        PageTouch,
        PresentPages,
        AnonymousPages,
        StackGrowth,
        DescriptorIdentity,
        FilePath,
        ShmSegment,
        EffectiveCapabilities,
        ConfigChange,
        DeviceDeclaration,
        MountDeclaration,
        UserControl,
        MemoryAccess,
        FailingSteps,
        ProfileDeclaration,
        ArchitectureDeclaration,
        UnknownLine,
        MalformedLine {

  /** What every such line starts with. */
  String PREFIX = "# vmarea ";

  /** The line behind {@link #PREFIX}, bytes as ISO-8859-1, without a newline. */
  String body();

  /** The whole line with its newline. */
  default byte[] toBytes() {
    return (PREFIX + body() + "\n").getBytes(StandardCharsets.ISO_8859_1);
  }
}
