// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Pages;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which frames a device answers for. */
class DeviceRegionsTest {
  private final PhysicalMemory memory = new PhysicalMemory(List.of(new PfnRange(4, 8)));
  private final DeviceBytes one = new DeviceBytes(Pages.bytes(3));
  private final DeviceBytes two = new DeviceBytes(Pages.bytes(3));
  private final DeviceBytes three = new DeviceBytes(Pages.bytes(3));

  private void refused(PfnRange range) {
    assertThatThrownBy(() -> memory.attach(range, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(range.toString());
  }

  @Test
  void eachFrameHasItsOffset() {
    memory.attach(new PfnRange(20, 23), two);
    memory.attach(new PfnRange(8, 11), one);
    memory.attach(new PfnRange(23, 26), three);
    for (long pfn = 0; pfn < 30; pfn++) {
      DeviceFrame expected =
          switch ((int) pfn) {
            case 8, 9, 10 -> new DeviceFrame(one, Pages.bytes(pfn - 8));
            case 20, 21, 22 -> new DeviceFrame(two, Pages.bytes(pfn - 20));
            case 23, 24, 25 -> new DeviceFrame(three, Pages.bytes(pfn - 23));
            default -> null;
          };
      assertThat(memory.deviceAt(pfn)).as("pfn %d", pfn).isEqualTo(expected);
    }
    assertThat(memory.deviceAt(Long.MAX_VALUE)).isNull();
    memory.detach(new PfnRange(20, 23));
    assertThat(memory.deviceAt(22)).isNull();
    assertThat(Objects.requireNonNull(memory.deviceAt(23)).device()).isSameAs(three);
    assertThat(Objects.requireNonNull(memory.deviceAt(10)).device()).isSameAs(one);
  }

  @Test
  void ramAndOtherDevicesAreRefused() {
    refused(new PfnRange(7, 9));
    refused(new PfnRange(0, 5));
    memory.attach(new PfnRange(10, 13), two);
    refused(new PfnRange(10, 13));
    refused(new PfnRange(12, 20));
    refused(new PfnRange(8, 11));
    refused(new PfnRange(11, 12));
    refused(new PfnRange(8, 20));
    memory.attach(new PfnRange(8, 10), one);
    memory.attach(new PfnRange(13, 14), one);
  }

  @Test
  void onlyWhatWasAttachedIsDetached() {
    memory.attach(new PfnRange(10, 13), two);
    for (PfnRange range : List.of(new PfnRange(10, 12), new PfnRange(4, 8), new PfnRange(9, 14))) {
      assertThatThrownBy(() -> memory.detach(range)).isInstanceOf(IllegalArgumentException.class);
    }
    memory.detach(new PfnRange(10, 13));
    assertThatThrownBy(() -> memory.detach(new PfnRange(10, 13)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(memory.deviceAt(11)).isNull();
  }

  @Test
  void framesBesideRamHaveNoContents() throws Exception {
    KernelPage page = memory.allocatePage();
    assertThat(memory.contentSection(page.pfn())).isNotNull();
    assertThat(memory.contentSection(3)).isNull();
    assertThat(memory.contentSection(8)).isNull();
    page.put();
  }
}
