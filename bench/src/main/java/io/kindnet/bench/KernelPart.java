package io.kindnet.bench;

import io.kindnet.measuring.Job;
import io.kindnet.measuring.Meter;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a call asks the kernel for, and where the classes come from that it loads. */
final class KernelPart {
  private final BenchFixture fixture;
  private final Path traceFile;
  private final Path classFile;
  private final Pod pod;
  private final Table table =
      new Table(
          2,
          "operation",
          "program",
          "programs",
          "system calls",
          "files opened",
          "netlink sent",
          "received",
          "classes",
          "not cached");

  /**
   * Looks at calls.
   *
   * @param scratch a directory for what they leave behind
   */
  KernelPart(BenchFixture fixture, Path scratch) {
    this.fixture = fixture;
    traceFile = scratch.resolve("trace.txt");
    classFile = scratch.resolve("classes.txt");
    pod = new Pod("bench", fixture.podNamespace().path(), 8080);
  }

  void run(PrintStream out) {
    System.err.println("kernel");
    Meter meter = fixture.coldNode().meter();
    single("nothing", "hello world", meter, fixture.floor().job());
    single("VERSION", Candidate.COLD, meter, Directly.version("cni-kindnet"));
    for (Work work : List.of(Work.DUAL_STACK, Work.DUAL_STACK_PORT)) {
      pod(Candidate.COLD, meter, BenchFixture.kindnet(work), work);
      pod(Candidate.PEERS, fixture.peersNode().meter(), BenchFixture.peers(work), work);
    }
    out.println("### What a call asks the kernel for");
    out.println();
    out.println("Counted by strace, in one call each. A netlink message sent is a round trip, and");
    out.println("may carry several requests. Not cached are the classes that the JVM had to read");
    out.println("and verify, or to make.");
    table.print(out);
  }

  private void single(String operation, String who, Meter meter, Job job) {
    Trace trace = traced(() -> meter.run(Trace.of(job, traceFile)));
    ClassLog classes = logged(() -> meter.run(logging(job, trace)));
    row(operation, who, trace, classes);
  }

  /** An ADD and a DEL of the pod, which has been there before. */
  private void pod(String who, Meter meter, NetworkConfiguration network, Work work) {
    Pod asking = pod.with(work);
    Caller plain = new Directly(meter::run, network);
    plain.add(asking);
    plain.delete(asking);
    Caller watched = new Directly(job -> meter.run(Trace.of(job, traceFile)), network);
    Trace add = traced(() -> watched.add(asking));
    Trace delete = traced(() -> watched.delete(asking));
    ClassLog addClasses = new ClassLog(0, 0);
    ClassLog deleteClasses = new ClassLog(0, 0);
    if (add.program("java").isPresent()) {
      Caller logging = new Directly(job -> meter.run(logging(job, add)), network);
      addClasses = logged(() -> logging.add(asking));
      deleteClasses = logged(() -> logging.delete(asking));
    }
    row("ADD " + work.label(), who, add, addClasses);
    row("DEL " + work.label(), who, delete, deleteClasses);
  }

  /**
   * {@code job} as its launcher starts it, with a log of the classes: also with the directory of
   * the jar as descriptor 9.
   */
  private Job logging(Job job, Trace trace) {
    Job java = trace.program("java").orElse(job);
    Map<String, String> environment = new HashMap<>(java.environment());
    environment.putAll(job.environment());
    Path home = Path.of(java.command().getFirst()).resolve("../../..").normalize();
    return new Job(ClassLog.writing(java.command(), classFile), environment, job.input())
        .startedBy(List.of("/bin/sh", "-c", "exec 9<\"$0\"; exec \"$@\"", home.toString()));
  }

  private Trace traced(Supplier<Sample> call) {
    return new Trace(written(traceFile, call));
  }

  private ClassLog logged(Supplier<Sample> call) {
    return ClassLog.of(written(classFile, call));
  }

  /** What {@code call} wrote to {@code file}. */
  private static String written(Path file, Supplier<Sample> call) {
    try {
      Files.deleteIfExists(file);
      call.get().orFail("the program that is looked at");
      return Files.readString(file);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot see what a call did", failed);
    }
  }

  private void row(String operation, String who, Trace trace, ClassLog classes) {
    boolean java = classes.loaded() > 0;
    table.row(
        operation,
        who,
        String.valueOf(trace.programs()),
        String.valueOf(trace.calls()),
        String.valueOf(trace.calls("open", "openat")),
        String.valueOf(trace.calls("sendmsg", "sendto", "sendmmsg")),
        String.valueOf(trace.calls("recvmsg", "recvfrom", "recvmmsg")),
        java ? String.valueOf(classes.loaded()) : "–",
        java ? String.valueOf(classes.notCached()) : "–");
  }
}
