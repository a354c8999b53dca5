// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.stacked;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.files.Mount;
import dev.vmarea.vma.OpenFile;

/**
 * Another mount, whose files are reached through {@link StackedFile stacked files}. Thread-safe as
 * far as the other one is.
 *
 * @param below the mount that has the real files
 */
public record StackedMount(Mount below) implements Mount {
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    return StackedFile.over(below.open(path, flags));
  }

  @Override
  public void unlink(String path) throws ErrnoException {
    below.unlink(path);
  }
}
