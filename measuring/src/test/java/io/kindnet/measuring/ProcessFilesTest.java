package io.kindnet.measuring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProcessFilesTest {
  /** Its name looks like the end of itself, and its memory goes up and down. */
  private static final String PROGRAM =
      """
      import sys
      open('/proc/self/comm', 'w').write('a) R 1 (b')
      print('small', flush=True)
      for line in sys.stdin:
          if line == 'grow\\n':
              much = bytearray(64 << 20)
              for _ in range(5_000_000): pass
              del much
          print('done', flush=True)
      """;

  @Test
  void tellsCpuTimeAndMemory() throws IOException {
    Process process = new ProcessBuilder("python3", "-I", "-S", "-c", PROGRAM).start();
    try (var answers = process.inputReader();
        var requests = process.outputWriter()) {
      ProcessFiles files = new ProcessFiles(Path.of("/proc/" + process.pid()));
      assertThat(answers.readLine()).isEqualTo("small");
      double cpu = files.cpuMillis();
      double exactly = files.threadMillis();
      double small = files.mebibytes("VmHWM");
      requests.write("grow\n");
      requests.flush();
      assertThat(answers.readLine()).isEqualTo("done");

      assertThat(files.cpuMillis()).isGreaterThan(cpu);
      assertThat(files.threadMillis() - exactly).isCloseTo(files.cpuMillis() - cpu, within(40.0));
      assertThat(files.mebibytes("VmHWM")).isGreaterThan(small + 60);
      assertThat(files.mebibytes("VmRSS")).isLessThan(small + 60);
      files.forgetPeak();
      assertThat(files.mebibytes("VmHWM")).isLessThan(small + 60);
      assertThatThrownBy(() -> files.mebibytes("VmOther"))
          .hasMessage("/proc/" + process.pid() + "/status has no VmOther");
    } finally {
      process.destroyForcibly().onExit().join();
    }
  }

  @Test
  void namesTheFileOfAProcessThatHasGone() {
    ProcessFiles files = new ProcessFiles(Path.of("/proc/0"));

    assertThatThrownBy(files::cpuMillis)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot read /proc/0/stat");
    assertThatThrownBy(files::threadMillis)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot list the threads in /proc/0");
  }
}
