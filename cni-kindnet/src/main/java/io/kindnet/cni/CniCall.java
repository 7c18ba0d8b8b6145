package io.kindnet.cni;

import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniEnvironment;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.CniResult;
import io.kindnet.cni.protocol.CniResultWriter;
import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.cni.protocol.NetworkConfigReader;
import io.kindnet.cni.protocol.Replies;
import io.kindnet.cni.protocol.StandardInput;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.DamagedFile;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.cni.store.Store;
import io.kindnet.cni.store.StoreProvider;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.KernelRelease;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One call of a CNI client, from what it sends to what it gets. Has no static state and may run in
 * any process; the host is the network namespace of the calling thread.
 */
public final class CniCall {
  /**
   * How long STATUS may take. A runtime does not limit it, and calls it an error if it fails; that
   * it is late, as on a disk that hangs, is none that a pod could be helped with.
   */
  private static final Duration STATUS_LIMIT = Duration.ofMillis(400);

  private final CniEnvironment environment;
  private final NetworkConfig config;
  private final Kernel.Opener kernels;
  private final StoreProvider stores;
  private final BusyTimeout busyTimeout;
  private final CallLog log;

  private CniCall(
      CniEnvironment environment,
      NetworkConfig config,
      Kernel.Opener kernels,
      StoreProvider stores,
      BusyTimeout busyTimeout,
      CallLog log) {
    this.environment = environment;
    this.config = config;
    this.kernels = kernels;
    this.stores = stores;
    this.busyTimeout = busyTimeout;
    this.log = log;
  }

  /**
   * Answers a call that is the only one of its process. What goes wrong is in the answer.
   *
   * @param variables the environment variables of the call
   * @param standardInput its network configuration
   * @param kernels opens what the verb acts on
   * @param way who runs it
   * @param listener is told of each step; null for nobody
   */
  public static Reply answer(
      Map<String, String> variables,
      byte[] standardInput,
      Kernel.Opener kernels,
      ExecutionMode way,
      @Nullable StepListener listener) {
    StandardInput input = new StandardInput(standardInput);
    return answer(variables, input, kernels, StoreProvider.OF_ONE_CALL, way, listener);
  }

  /**
   * As the other one, for a process of many calls.
   *
   * @param stores opens the database
   */
  public static Reply answer(
      Map<String, String> variables,
      StandardInput input,
      Kernel.Opener kernels,
      StoreProvider stores,
      ExecutionMode way,
      @Nullable StepListener listener) {
    return answer(variables, input, kernels, stores, BusyTimeout.USUAL, way, listener);
  }

  /**
   * As the other ones.
   *
   * @param busyTimeout how long to wait for others that have the database locked
   */
  static Reply answer(
      Map<String, String> variables,
      StandardInput input,
      Kernel.Opener kernels,
      StoreProvider stores,
      BusyTimeout busyTimeout,
      ExecutionMode way,
      @Nullable StepListener listener) {
    try {
      CniEnvironment environment = CniEnvironment.of(variables);
      if (environment.command() == CniCommand.VERSION) {
        return Reply.success(Replies.versions(input.bytes()));
      }
      NetworkConfig config = input.config().read(environment.command());
      CallLog log = CallLog.of(environment, way, listener);
      return Reply.success(
          new CniCall(environment, config, kernels, stores, busyTimeout, log).run());
    } catch (CniException error) {
      boolean del = CniCommand.DEL.name().equals(variables.get("CNI_COMMAND"));
      return Reply.failure(
          NetworkConfigReader.versionForErrors(input.bytes()), del ? wordedForDel(error) : error);
    }
  }

  /**
   * Without the words by which containerd takes a DEL that failed for one that is done, and never
   * calls it again ({@code libcni.Remove} in {@code cni.go} of go-cni 1.1.6 to 1.1.14).
   */
  private static CniException wordedForDel(CniException error) {
    String message = String.valueOf(error.getMessage());
    String worded =
        message
            .replace("not found", "not there")
            .replace("no such file or directory", "No such file or directory");
    return worded.equals(message) ? error : new CniException(error.code(), worded, error);
  }

  private String run() throws CniException {
    // the agent's launchers have a limit of their own, and work that went on there after its call
    // would write to the log through a descriptor number that may be another file's by then
    if (environment.command() != CniCommand.STATUS || log.way() == ExecutionMode.WARM) {
      return runLogged();
    }
    try {
      // the log is on a disk, too
      return TimeLimit.within(STATUS_LIMIT, this::runLogged, "");
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof CniException error) {
        throw error;
      }
      throw new IllegalStateException(failed.getCause());
    }
  }

  private String runLogged() throws CniException {
    log.line(log.way() == ExecutionMode.WARM ? "begins, in the agent" : "begins");
    try {
      String document = runVerb();
      log.line("ends " + document);
      return document;
    } catch (CniException error) {
      log.line("fails: " + error.getMessage());
      throw error;
    } catch (KernelException refused) {
      CniException error = refusal(refused, KernelRelease.running());
      log.line("fails: " + error.getMessage());
      throw error;
    } catch (RuntimeException | LinkageError bug) {
      log.failure("fails by a bug in the plugin", bug);
      throw new CniException(CniErrorCode.INTERNAL, "bug in the plugin: " + bug, bug);
    }
  }

  /**
   * What the client is told of {@code refused}. A call does not fail only because the kernel is
   * old: most of what a pod gets is older still.
   *
   * @param release of the kernel
   */
  static CniException refusal(KernelException refused, KernelRelease release) {
    String message = String.valueOf(refused.getMessage());
    return new CniException(
        CniErrorCode.KERNEL_REFUSED,
        release.isTooOld() ? message + "; " + release.requirement() : message,
        refused);
  }

  private String runVerb() throws CniException {
    Path file = config.dataDir().resolve(Store.FILE_NAME);
    return environment.command() == CniCommand.STATUS ? StatusVerb.run(file) : runOnFile(file);
  }

  /** On the file as it is, or as it is after what can be done about it. */
  private String runOnFile(Path file) throws CniException {
    try {
      return runOnIntact(file);
    } catch (CniException failure) {
      return runAfter(failure, file);
    }
  }

  private String runAfter(CniException failure, Path file) throws CniException {
    if (DamagedFile.isMeantBy(failure)) {
      return stores.runExclusive(() -> {
        Path aside = DamagedFile.setAside(file, busyTimeout);
        if (aside != null) {
          log.line(failure.getMessage() + ": set aside as " + aside);
        }
        return runOnIntact(file);
      });
    }
    boolean releasing =
        environment.command() == CniCommand.DEL || environment.command() == CniCommand.GC;
    if (releasing && failure.code() == CniErrorCode.IO_FAILURE) {
      log.line(failure.getMessage() + ": releases as far as possible");
      return stores.runExclusive(() -> {
        try (Store store = Store.openDegraded(file, busyTimeout, failure)) {
          return runOn(store);
        }
      });
    }
    throw failure;
  }

  private String runOnIntact(Path file) throws CniException {
    Store store = stores.open(file, busyTimeout, new KernelSeeder(kernels, log));
    boolean done = false;
    try {
      String document = runOn(store);
      done = true;
      return document;
    } finally {
      stores.giveBack(store, done);
    }
  }

  private String runOn(Store store) throws CniException {
    try (Kernel kernel = kernels.open()) {
      log.reached(Step.DATABASE_OPENED);
      return switch (environment.command()) {
        case ADD -> {
          CniResult result = new AddVerb(environment, config, store, kernel, log).run();
          new OtherPods(store, kernel, log).restore();
          yield CniResultWriter.write(config.version(), result);
        }
        case DEL -> {
          String done = new DelVerb(environment, store, kernel, log).run();
          new OtherPods(store, kernel, log).restore();
          yield done;
        }
        case CHECK -> new CheckVerb(environment, config, store, kernel).run();
        case GC -> new GcVerb(config, store, kernel, log).run();
        case STATUS, VERSION -> throw new IllegalStateException("answered before");
      };
    }
  }
}
