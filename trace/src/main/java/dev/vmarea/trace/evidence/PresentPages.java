// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code pages PID START-END anon|file}: pages that a program which was just executed has in its
 * page tables.
 *
 * @param pid a thread of the address space
 * @param start first address
 * @param end address behind the last page
 * @param anonymous whether they are private pages; else those of the mapped file
 */
public record PresentPages(int pid, long start, long end, boolean anonymous)
    implements EvidenceLine {
  @Override
  public String body() {
    return "pages"
        + new AnonymousPages(pid, start, end).body().substring("anon".length())
        + (anonymous ? " anon" : " file");
  }
}
