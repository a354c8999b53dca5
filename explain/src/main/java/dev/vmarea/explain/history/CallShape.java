// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

/** What calls made for one purpose have in common: everything but addresses and descriptors. */
final class CallShape {
  private static final long[] CLASSES = {
    64L << 10, 1L << 20, 16L << 20, 256L << 20, 4L << 30, Long.MAX_VALUE
  };
  private static final String[] WORDS = {
    "up to 64 KiB", "up to 1 MiB", "up to 16 MiB", "up to 256 MiB", "up to 4 GiB", "more than 4 GiB"
  };

  private CallShape() {}

  /** The shape of a call. */
  static String of(Origin origin) {
    String text = origin.site().text();
    int open = text.indexOf('(');
    if (open < 0) {
      return text;
    }
    StringBuilder shape = new StringBuilder(text.substring(0, open + 1));
    int end = text.endsWith(")") ? text.length() - 1 : text.length();
    boolean any = false;
    for (String argument : text.substring(open + 1, end).split(", ", -1)) {
      if (isWord(argument)) {
        shape.append(any ? ", " : "").append(argument);
        any = true;
      }
    }
    shape.append(')');
    if (origin.length() != 0) {
      shape.append(" of ").append(size(origin.length()));
    }
    return shape.toString();
  }

  // Constants begin with a capital letter; NULL is an address.
  private static boolean isWord(String argument) {
    return !argument.isEmpty()
        && argument.charAt(0) >= 'A'
        && argument.charAt(0) <= 'Z'
        && !argument.equals("NULL");
  }

  private static String size(long bytes) {
    if (bytes > 0 && bytes <= 4096) {
      return "4 KiB";
    }
    int place = 0;
    while (Long.compareUnsigned(bytes, CLASSES[place]) > 0 && place < CLASSES.length - 1) {
      place++;
    }
    return WORDS[place];
  }
}
