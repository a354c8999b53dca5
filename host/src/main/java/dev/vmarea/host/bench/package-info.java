// SPDX-License-Identifier: Apache-2.0
/**
 * Measures Vmarea beside its peers: the same operations, in turns, in one run. Each candidate has a
 * process of its own ({@link dev.vmarea.host.bench.Worker}), so that neither its compiled code nor
 * its heap nor a mapping gone astray bears on the others.
 */
@NullMarked
package dev.vmarea.host.bench;

import org.jspecify.annotations.NullMarked;
