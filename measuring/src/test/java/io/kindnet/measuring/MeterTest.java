package io.kindnet.measuring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeterTest {
  private final Process process;
  private final Meter meter;

  MeterTest() throws IOException {
    process = new ProcessBuilder(Meter.command()).redirectError(Redirect.INHERIT).start();
    meter = new Meter(process);
  }

  @AfterEach
  void close() throws InterruptedException {
    meter.close();
    process.waitFor();
  }

  @Test
  void tellsWhatAProgramPrintedAndHowItEnded() {
    Sample sample =
        meter.run(
            new Job(
                List.of("/bin/sh", "-c", "cat; echo $NAME; echo bad >&2; exit 3"),
                Map.of("NAME", "value"),
                "input\n"));

    assertThat(sample.output()).isEqualTo("input\nvalue\n");
    assertThat(sample.errors()).isEqualTo("bad\n");
    assertThat(sample.exit()).isEqualTo(3);
    assertThatThrownBy(() -> sample.orFail("the job"))
        .isInstanceOf(AssertionError.class)
        .hasMessage("the job ended with 3: input\nvalue\nbad\n");
  }

  @Test
  void countsWhatTheChildrenOfAProgramTook() {
    String busy = "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done";

    Sample idle = meter.run(Job.of("/bin/sh", "-c", "(:); :"));
    Sample sample = meter.run(Job.of("/bin/sh", "-c", "(" + busy + "); :"));

    assertThat(sample.cpuMicros()).isGreaterThan(idle.cpuMicros());
    assertThat(sample.wallNanos() / 1000).isGreaterThan(0);
  }

  @Test
  void countsWhatAWatchedProcessDoesForAProgram(@TempDir Path directory) throws Exception {
    Path request = directory.resolve("request");
    Path answer = directory.resolve("answer");
    assertThat(meter.run(Job.of("/usr/bin/mkfifo", request.toString(), answer.toString())).exit())
        .isZero();
    String busy = "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done";
    String serve = "while read x <" + request + "; do " + busy + "; echo >" + answer + "; done";
    Job ask = Job.of("/bin/sh", "-c", "echo >" + request + "; read x <" + answer);
    Process server = new ProcessBuilder("/bin/sh", "-c", serve).start();
    try {
      Sample alone = meter.run(ask);
      meter.watch(server.pid());
      Sample watched = meter.run(ask);
      Burst burst = meter.run(List.of(ask), 1);

      assertThat(watched.cpuMicros()).isGreaterThan(2 * alone.cpuMicros());
      assertThat(burst.samples().getFirst().cpuMicros() * 1000)
          .as("the others' share is the burst's")
          .isLessThan(burst.watchedNanos());
      assertThat(burst.cpuMillisEach()).isGreaterThan(burst.watchedNanos() / 1e6);
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  @Test
  void tellsThePeakOfMemory() {
    // tail keeps what it may have to print
    Sample small = meter.run(Job.of("/bin/sh", "-c", "head -c 1000 /dev/zero | tail -c 900 | wc"));
    Sample large =
        meter.run(Job.of("/bin/sh", "-c", "head -c 90000000 /dev/zero | tail -c 80000000 | wc"));

    assertThat(large.peakMib() - small.peakMib()).isBetween(60.0, 120.0);
  }

  @Test
  void keepsTheOrderOfManyAtOnce() {
    List<Job> jobs =
        IntStream.range(0, 20)
            .mapToObj(i -> Job.of("/bin/sh", "-c", "echo " + i + "; exit " + (i % 2)))
            .toList();

    Burst burst = meter.run(jobs, 7);

    assertThat(burst.samples())
        .extracting(Sample::output)
        .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> i + "\n").toList());
    assertThat(burst.failures()).isEqualTo(10);
  }

  @Test
  void saysThatAProgramIsNotThere() {
    Sample sample = meter.run(Job.of("/no/such/program"));

    assertThat(sample.exit()).isEqualTo(127);
    assertThat(sample.errors()).contains("/no/such/program");
  }
}
