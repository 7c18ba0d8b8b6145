package io.kindnet.measuring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private final Targets targets = new Targets();

  @Test
  void saysWhichWereReached() {
    targets.atMost("memory", 48, 47.95, " MiB");
    targets.atMost("wall", 3.5, 3.51, " × floor");
    targets.atMost("share", 2, 1.5, " %");
    targets.faster("ADD", 90, 1740);
    targets.faster("DEL", 90, 90);
    targets.none("failures", 0);
    targets.none("failures again", 1);
    targets.atLeast("speed", 120, 120, " per s");
    targets.atLeast("speed again", 120, 119.9, " per s");
    targets.everywhere("calls", 16, List.of());
    targets.everywhere("calls again", 16, List.of("ADD", "DEL"));

    assertThat(printed())
        .isEqualTo(
            """
            ### Targets

            | target         |        wanted |     measured | reached |
            | -------------- | -------------:| ------------:| -------:|
            | memory         |    ≤ 48.0 MiB |    47.95 MiB |     yes |
            | wall           | ≤ 3.5 × floor | 3.51 × floor |      NO |
            | share          |       ≤ 2.0 % |       1.50 % |     yes |
            | ADD            |   < 1740.0 ms |      90.0 ms |     yes |
            | DEL            |     < 90.0 ms |      90.0 ms |      NO |
            | failures       |             0 |            0 |     yes |
            | failures again |             0 |            1 |      NO |
            | speed          | ≥ 120.0 per s |  120.0 per s |     yes |
            | speed again    | ≥ 120.0 per s |  119.9 per s |      NO |
            | calls          |      16 of 16 |     16 of 16 |     yes |
            | calls again    |      16 of 16 | not ADD; DEL |      NO |

            """);
  }

  @Test
  void saysNothingOfNothing() {
    assertThat(printed()).isEmpty();
  }

  private String printed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    targets.print(new PrintStream(bytes, true, UTF_8));
    return bytes.toString(UTF_8);
  }
}
