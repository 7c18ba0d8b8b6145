package io.kindnet.e2e.scale;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapHistogramTest {
  @Test
  void countsWhatIsInUse() {
    String text =
        """
        958:
         num     #instances         #bytes  class name (module)
        -------------------------------------------------------
           1:        342581       14839200  [B (java.base@25.0.3)
           2:          5767        3145464  [Ljdk.internal.vm.FillerElement; (java.base@25.0.3)
           3:             2             48  jdk.internal.vm.FillerObject (java.base@25.0.3)
        Total        348350       17984712
        """;
    assertThat(HeapHistogram.liveBytes(text)).isEqualTo(14_839_200);
  }
}
