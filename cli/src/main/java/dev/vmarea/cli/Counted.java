// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.util.Locale;

/** Numbers of things for people. */
final class Counted {
  private Counted() {}

  /** {@code 1 call}, {@code 2 calls}. */
  static String of(long count, String one) {
    return of(count, one, one + "s");
  }

  /** {@code 1 process}, {@code 2 processes}. */
  static String of(long count, String one, String many) {
    return number(count) + " " + (count == 1 ? one : many);
  }

  /** The number with a comma at each thousand. */
  static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** An amount of memory in the unit that suits it, from 4 KiB on. */
  static String bytes(long bytes) {
    double value = bytes / 1024.0;
    int unit = 0;
    while (value >= 1024 && unit < 4) {
      value /= 1024;
      unit++;
    }
    String form = value >= 100 || value == Math.rint(value) ? "%.0f %s" : "%.1f %s";
    return String.format(
        Locale.ROOT, form, value, new String[] {"KiB", "MiB", "GiB", "TiB", "PiB"}[unit]);
  }
}
