// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

/**
 * Identity of anonymous memory ({@code anon_vma}): given to a VMA by its first write fault, shared
 * by the VMAs split or merged from it, and a blocker between two VMAs that got different ones.
 *
 * <p>Linux asks whether a VMA's chain of anon_vmas has more than one entry ("fork child"). The
 * chain is a function of its newest member, since chains are only ever copied whole or extended at
 * fork, so the answer is kept here. Copying every page away does not change it.
 */
public final class AnonVma {
  private final boolean forkChild;

  private AnonVma(boolean forkChild) {
    this.forkChild = forkChild;
  }

  /** A new identity for a VMA that has none. */
  public static AnonVma fresh() {
    return new AnonVma(false);
  }

  /** The identity that a forked copy of a VMA with this identity gets: a new one a copy. */
  public AnonVma forked() {
    return new AnonVma(true);
  }

  /** Whether memory under this identity may still be shared with a parent's. */
  public boolean isForkChild() {
    return forkChild;
  }
}
