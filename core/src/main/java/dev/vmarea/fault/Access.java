// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

/** What memory is touched for. */
public enum Access {
  READ,
  WRITE,
  EXECUTE
}
