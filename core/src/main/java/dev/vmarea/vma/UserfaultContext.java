// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

/** A userfaultfd; ranges registered with different ones never merge. Identity only. */
public final class UserfaultContext {}
