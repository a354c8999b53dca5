// SPDX-License-Identifier: Apache-2.0

/** picocli, recompiled from its published sources. */
module info.picocli {
  exports picocli;
}
