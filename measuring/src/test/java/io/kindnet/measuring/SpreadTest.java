package io.kindnet.measuring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void hasTheMiddleOneOfAnOddNumber() {
    assertThat(Spread.of(30, 10, 20)).isEqualTo(new Spread(20, 10, 30, 3));
  }

  @Test
  void hasWhatLiesBetweenTheMiddleTwoOfAnEvenNumber() {
    assertThat(Spread.of(40, 10, 30, 20)).isEqualTo(new Spread(25, 10, 40, 4));
  }

  @Test
  void takesOneFigureOfWhatWasMeasured() {
    assertThat(Spread.of(List.of("a", "ccc", "bb"), String::length).median()).isEqualTo(2);
  }

  @Test
  void printsTheMiddleAndTheEnds() {
    assertThat(Spread.of(71.26, 69, 1080.2)).hasToString("71.3 (69.0–1080.2)");
  }

  @Test
  void isOfSomething() {
    assertThatThrownBy(Spread::of).hasMessage("nothing was measured");
  }
}
