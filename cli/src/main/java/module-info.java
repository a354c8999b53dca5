// SPDX-License-Identifier: Apache-2.0

/** The vmarea command. */
module dev.vmarea.cli {
  requires static org.jspecify;
  requires dev.vmarea;
  requires dev.vmarea.explain;
  requires dev.vmarea.trace;
  requires dev.vmarea.host;
  requires dev.vmarea.workbench;
  requires info.picocli;

  opens dev.vmarea.cli to
      info.picocli;
}
