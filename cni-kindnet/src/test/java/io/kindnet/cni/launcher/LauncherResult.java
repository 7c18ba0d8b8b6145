package io.kindnet.cni.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What came of a launcher that was run to its end. */
record LauncherResult(int exit, String stdout, String stderr) {
  private static final long DEADLINE_SECONDS = 120;

  /** Runs a program that gets {@code input}. */
  static LauncherResult of(ProcessBuilder builder, byte[] input) {
    try {
      Process process = builder.start();
      try {
        FutureTask<String> stdout = reading(process.getInputStream());
        FutureTask<String> stderr = reading(process.getErrorStream());
        feed(process, input);
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError(builder.command() + " still runs");
        }
        return new LauncherResult(
            process.exitValue(),
            stdout.get(DEADLINE_SECONDS, TimeUnit.SECONDS),
            stderr.get(DEADLINE_SECONDS, TimeUnit.SECONDS));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException | ExecutionException | TimeoutException failed) {
      throw new AssertionError("cannot run " + builder.command(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + builder.command(), interrupted);
    }
  }

  private static FutureTask<String> reading(InputStream stream) {
    FutureTask<String> task =
        new FutureTask<>(() -> {
          try (stream) {
            return new String(stream.readAllBytes(), UTF_8);
          }
        });
    Thread.ofPlatform().daemon().name("output of a launcher").start(task);
    return task;
  }

  private static void feed(Process process, byte[] input) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input);
    } catch (IOException notRead) {
      // it may end without reading: what it printed tells more
    }
  }

  /** It has executed the JVM, which here is a script that tells how it was executed. */
  ExecutedProgram executed() {
    assertThat(exit).as(toString()).isZero();
    assertThat(stderr).isEmpty();
    return ExecutedProgram.parse(stdout);
  }

  /** It has answered for a call: with this exit status and document, and nothing else. */
  void assertAnswered(int expectedExit, String document) {
    assertThat(stderr).isEmpty();
    assertThat(stdout).isEqualTo(document);
    assertThat(exit).isEqualTo(expectedExit);
  }

  /** It has answered an error object of its own with this code; the message. */
  String assertError(int code) {
    return assertError("1.1.0", code);
  }

  /** As {@link #assertError(int)}, in the form of {@code version}. */
  String assertError(String version, int code) {
    assertThat(stderr).isEmpty();
    assertThat(exit).as(stdout).isEqualTo(1);
    try {
      JsonNode error = new ObjectMapper().readTree(stdout);
      assertThat(error.fieldNames())
          .toIterable()
          .as(stdout)
          .containsExactly("cniVersion", "code", "msg");
      assertThat(error.get("cniVersion").textValue()).isEqualTo(version);
      assertThat(error.get("code").intValue()).as(stdout).isEqualTo(code);
      return error.get("msg").textValue();
    } catch (JsonProcessingException notJson) {
      throw new AssertionError("not an error object: " + this, notJson);
    }
  }
}
