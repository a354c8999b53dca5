// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.base.Pages;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** Makes acts larger: all pages, lengths and offsets by the same factor. */
record Scale(long factor) {
  /** The ground with its setup so. */
  Ground of(Ground ground) {
    return new Ground(
        ground.name(),
        ground.settings(),
        of(ground.setup()),
        ground.mapping(),
        ground.unitPages(),
        ground.isDivisible(),
        ground.lengths(),
        ground.offsets(),
        ground.events(),
        ground.architecture());
  }

  List<Act> of(List<Act> acts) {
    return acts.stream().map(this::of).toList();
  }

  private Act of(Act act) {
    return switch (act) {
      case Act.Map one ->
          new Act.Map(
              one.process(),
              one.handle(),
              one.page() * factor,
              bytes(one.bytes()),
              one.prot(),
              one.flags(),
              bytes(one.offset()));
      case Act.Attach one -> one.at(one.page() * factor);
      case Act.Detach one -> new Act.Detach(one.process(), one.page() * factor);
      case Act.Unmap one -> new Act.Unmap(one.process(), one.page() * factor, one.pages() * factor);
      case Act.Protect one ->
          new Act.Protect(one.process(), one.page() * factor, one.pages() * factor, one.prot());
      case Act.Move one ->
          new Act.Move(
              one.process(),
              one.page() * factor,
              one.pages() * factor,
              one.newPages() * factor,
              one.flags(),
              one.newPage() * factor);
      case Act.Advise one ->
          new Act.Advise(one.process(), one.page() * factor, one.pages() * factor, one.advice());
      case Act.Lock one -> new Act.Lock(one.process(), one.page() * factor, one.pages() * factor);
      case Act.Unlock one ->
          new Act.Unlock(one.process(), one.page() * factor, one.pages() * factor);
      case Act.Load one -> new Act.Load(one.process(), one.page() * factor, one.at());
      case Act.Store one ->
          new Act.Store(one.process(), one.page() * factor, one.at(), one.value());
      case Act.Truncate one -> new Act.Truncate(one.handle(), bytes(one.bytes()));
      case Act.PunchHole one ->
          new Act.PunchHole(one.handle(), bytes(one.offset()), bytes(one.bytes()));
      case Act.Write one -> new Act.Write(one.handle(), bytes(one.offset()), one.value());
      case Act.Failing one -> new Act.Failing(of(one.act()), one.points());
      case Act.Open one -> one;
      case Act.Close one -> one;
      case Act.Fork one -> one;
      case Act.Exit one -> one;
      case Act.Control one -> one;
      case Act.Unlink one -> one;
    };
  }

  /** Whole pages become more; what lies within the last one stays. */
  private long bytes(long bytes) {
    return Pages.floor(bytes) * factor + (bytes & Pages.OFFSET_MASK);
  }
}
