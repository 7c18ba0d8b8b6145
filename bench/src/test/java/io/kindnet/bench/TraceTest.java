package io.kindnet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.measuring.Job;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TraceTest {
  private static final Trace TRACE =
      new Trace(
          """
          7 execve("/opt/plugin", ["/opt/plugin"], ["PATH=/bin", "EMPTY="]) = 0
          7 execve("/usr/bin/java", ["java"], ["PATH=/bin", "EMPTY="]) = -1 ENOENT (No such file or directory)
          7 execve("/opt/java", ["java", "-Dname=a", "Main"], ["PATH=/bin", "EMPTY="]) = 0
          7 openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3
          8 sendmsg(4, {msg_name={sa_family=AF_NETLINK}}, 0 <unfinished ...>
          7 openat(AT_FDCWD, "/none", O_RDONLY) = -1 ENOENT (No such file or directory)
          8 <... sendmsg resumed>)            = 40
          8 +++ exited with 0 +++
          7 --- SIGCHLD {si_signo=SIGCHLD} ---
          7 exit_group(0) = ?
          """);

  @Test
  void countsEachSystemCallOnce() {
    assertThat(TRACE.calls()).isEqualTo(7);
    assertThat(TRACE.calls("open", "openat")).isEqualTo(2);
    assertThat(TRACE.calls("sendmsg", "sendto")).isEqualTo(1);
  }

  @Test
  void knowsWhichProgramsWereExecuted() {
    assertThat(TRACE.programs()).isEqualTo(2);
    assertThat(TRACE.program("java"))
        .contains(
            new Job(
                List.of("/opt/java", "-Dname=a", "Main"), Map.of("PATH", "/bin", "EMPTY", ""), ""));
    assertThat(TRACE.program("other")).isEmpty();
  }

  @Test
  void isWrittenByAProgramThatStartsTheOther() {
    Job job = new Job(List.of("/opt/plugin", "argument"), Map.of("NAME", "value"), "input");

    Job traced = Trace.of(job, Path.of("/tmp/file"));

    assertThat(traced.command()).endsWith("-o", "/tmp/file", "/opt/plugin", "argument");
    assertThat(traced.environment()).isEqualTo(job.environment());
    assertThat(traced.input()).isEqualTo("input");
  }
}
