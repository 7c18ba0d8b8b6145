package io.kindnet.bench;

import io.kindnet.bench.Series.Run;
import io.kindnet.measuring.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a call that the agent answers is to reach, beside the peers. */
final class WarmTargets {
  /** What the limits are for: a machine on which the peers' IPv4 ADD by cnitool takes so long. */
  private static final double REFERENCE_MILLIS = 16;

  private static final double WALL_MILLIS = 12;
  private static final double CPU_MILLIS = 8;

  private static final List<String> VERBS = List.of("ADD", "DEL");
  private static final List<String> WAYS = List.of(Directly.WAY, ThroughClient.WAY);

  private final Series series;

  WarmTargets(Series series) {
    this.series = series;
  }

  void judge(Targets targets) {
    double speed =
        median(subject("ADD", Work.IPV4, Candidate.PEERS, ThroughClient.WAY), Run::wallMillis)
            / REFERENCE_MILLIS;
    for (Work work : List.of(Work.DUAL_STACK, Work.DUAL_STACK_PORT)) {
      for (String verb : VERBS) {
        Subject subject = subject(verb, work, Candidate.WARM, Directly.WAY);
        String what = Candidate.WARM + ": " + subject.operation();
        targets.atMost(
            what + ", wall", speed * WALL_MILLIS, median(subject, Run::wallMillis), " ms");
        targets.atMost(what + ", CPU", speed * CPU_MILLIS, median(subject, Run::cpuMillis), " ms");
      }
    }
    belowThePeers("wall", Run::wallMillis, targets);
    belowThePeers("CPU", Run::cpuMillis, targets);
  }

  private void belowThePeers(String name, ToDoubleFunction<Run> figure, Targets targets) {
    List<String> others = new ArrayList<>();
    int all = 0;
    for (Work work : Work.values()) {
      for (String verb : VERBS) {
        for (String way : WAYS) {
          Subject warm = subject(verb, work, Candidate.WARM, way);
          Subject peers = subject(verb, work, Candidate.PEERS, way);
          all++;
          if (median(warm, figure) >= median(peers, figure)) {
            others.add(warm.operation() + " " + way);
          }
        }
      }
    }
    targets.everywhere(Candidate.WARM + ": calls below the peers, " + name, all, others);
  }

  private double median(Subject subject, ToDoubleFunction<Run> figure) {
    return series.spread(subject, figure).median();
  }

  private static Subject subject(String verb, Work work, String who, String way) {
    return new Subject(verb + " " + work.label(), who, way);
  }
}
