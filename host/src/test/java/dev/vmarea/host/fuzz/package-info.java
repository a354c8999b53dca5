// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.vmarea.host.fuzz;

import org.jspecify.annotations.NullMarked;
