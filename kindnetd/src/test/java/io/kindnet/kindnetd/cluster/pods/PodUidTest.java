package io.kindnet.kindnetd.cluster.pods;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PodUidTest {
  @Test
  void tellsUidsApart() {
    long one = PodUid.of("7a2d61e5-3c1f-4b8a-9a53-0e5d6b1c2f10");
    long other = PodUid.of("7a2d61e5-3c1f-4b8a-9a53-0e5d6b1c2f11");

    assertThat(PodUid.mayBeSame(one, other)).isFalse();
    assertThat(PodUid.mayBeSame(one, PodUid.of("7a2d61e5-3c1f-4b8a-9a53-0e5d6b1c2f10"))).isTrue();
    assertThat(PodUid.mayBeSame(one, PodUid.of(""))).isTrue();
    assertThat(PodUid.mayBeSame(PodUid.UNKNOWN, other)).isTrue();
  }
}
