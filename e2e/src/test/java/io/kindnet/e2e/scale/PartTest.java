package io.kindnet.e2e.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PartTest {
  @Test
  void isChosenByItsName() {
    assertThat(Part.of("heartbeats, START")).containsExactly(Part.START, Part.HEARTBEATS);
    assertThat(Part.of("")).containsExactly(Part.values());
    assertThatThrownBy(() -> Part.of("start,end"))
        .hasMessageStartingWith("there is no part end in [START, RESTART, ");
  }
}
