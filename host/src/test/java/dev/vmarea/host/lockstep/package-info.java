// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.vmarea.host.lockstep;

import org.jspecify.annotations.NullMarked;
