// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mounts;

import dev.vmarea.Machine;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.stacked.StackedMount;
import dev.vmarea.files.Mount;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The users that are on a machine, by the paths they are at. Not thread-safe; the users are. */
public final class MountedUsers {
  private final Machine machine;
  private final SequencedMap<String, UserModel> users = new LinkedHashMap<>();

  MountedUsers(Machine machine) {
    this.machine = machine;
  }

  void add(String path, UserModel user, boolean stacked) {
    users.put(path, user);
    machine.mounts().add(path, stacked ? new StackedMount(user) : user);
  }

  /** All of them; a view. */
  public SequencedMap<String, UserModel> all() {
    return Collections.unmodifiableSequencedMap(users);
  }

  /** The user that {@code path} belongs to, or null. */
  public @Nullable UserModel at(String path) {
    Mount mount = machine.mounts().find(path);
    Mount real = mount instanceof StackedMount stacked ? stacked.below() : mount;
    return real instanceof UserModel user ? user : null;
  }

  /**
   * Checks them all.
   *
   * @throws IllegalStateException naming the first thing that does not hold, and whose it is
   */
  public void verify() {
    users.forEach((path, user) -> {
      try {
        user.verify();
      } catch (IllegalStateException e) {
        throw new IllegalStateException(path + ": " + e.getMessage(), e);
      }
    });
  }

  /** What use has left behind in them, by path and name. */
  public SortedMap<String, Long> traces() {
    SortedMap<String, Long> all = new TreeMap<>();
    users.forEach(
        (path, user) -> user.traces().forEach((name, value) -> all.put(path + " " + name, value)));
    return all;
  }

  /** Takes all of them away; files of theirs that are open stay so. */
  public void close() {
    users.forEach((path, user) -> {
      machine.mounts().remove(path);
      user.close();
    });
    users.clear();
  }
}
