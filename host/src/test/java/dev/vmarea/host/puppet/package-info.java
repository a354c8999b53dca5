// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.vmarea.host.puppet;

import org.jspecify.annotations.NullMarked;
