// SPDX-License-Identifier: Apache-2.0

/** The porting workbench: legacy hook and port side by side, under failures and interleavings. */
module dev.vmarea.workbench {
  requires static org.jspecify;
  requires transitive dev.vmarea;
  requires transitive dev.vmarea.drivers;
  requires transitive dev.vmarea.trace;
  requires java.management;

  uses dev.vmarea.drivers.UserKind;
  uses dev.vmarea.vma.FileOperations;

  exports dev.vmarea.workbench;
  exports dev.vmarea.workbench.c;
  exports dev.vmarea.workbench.finding;
  exports dev.vmarea.workbench.script;
  exports dev.vmarea.workbench.lab;
  exports dev.vmarea.workbench.mutants;
}
