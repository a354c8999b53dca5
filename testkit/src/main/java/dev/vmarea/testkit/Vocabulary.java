// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

/** Which calls a {@link CallGenerator} makes. */
public enum Vocabulary {
  /** What {@link NaiveModel} knows, with good arguments. */
  MODELLED,
  /** Every call that one process makes, with good arguments. */
  ALL,
  /** Everything, also several processes, limits, odd arguments and odd descriptors. */
  KERNEL
}
