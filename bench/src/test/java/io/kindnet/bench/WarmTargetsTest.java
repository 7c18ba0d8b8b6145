package io.kindnet.bench;

import static io.kindnet.bench.Candidate.PEERS;
import static io.kindnet.bench.Candidate.WARM;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Targets;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmTargetsTest {
  private final Series series = new Series();
  private final Targets targets = new Targets();

  @Test
  void areForTheSpeedOfTheMachineAndAgainstThePeers() {
    everyCall(WARM, 7, 3);
    everyCall(PEERS, 8, 30); // half of what the limits are for
    record(PEERS, "DEL dual-stack", Directly.WAY, 6, 30); // the median is 7

    new WarmTargets(series).judge(targets);

    assertThat(printed())
        .containsPattern("warm: ADD dual-stack, wall .* ≤ 6\\.0 ms .* 7\\.00 ms .* NO")
        .containsPattern("DEL dual-stack, host port, CPU .* ≤ 4\\.0 ms .* 3\\.00 ms .* yes")
        .containsPattern("below the peers, wall .* 16 of 16 .* not DEL dual-stack directly .* NO")
        .containsPattern("below the peers, CPU .* 16 of 16 .* 16 of 16 .* yes");
  }

  private void everyCall(String who, long wallMillis, long cpuMillis) {
    for (Work work : Work.values()) {
      for (String verb : List.of("ADD", "DEL")) {
        for (String way : List.of(Directly.WAY, ThroughClient.WAY)) {
          record(who, verb + " " + work.label(), way, wallMillis, cpuMillis);
        }
      }
    }
  }

  private void record(String who, String operation, String way, long wallMillis, long cpuMillis) {
    Sample sample = new Sample(wallMillis * 1_000_000, cpuMillis * 1000, 0, 0, "", "");
    series.record(new Subject(operation, who, way), new Series.Run(sample, sample));
  }

  private String printed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    targets.print(new PrintStream(bytes, true, UTF_8));
    return bytes.toString(UTF_8);
  }
}
