// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.util.Map;

/** What one worker process measures, again and again. */
interface Task {
  /** One round; the first ones also warm the code up. Keys are the task's own. */
  Map<String, Double> round() throws Exception;
}
