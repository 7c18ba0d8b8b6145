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
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.libc.KernelException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of a CNI client, from what it sends to what it gets. Has no static state and may run in
 * any process; the host is the network namespace of the calling thread.
 */
public final class CniCall {
  private final CniEnvironment environment;
  private final NetworkConfig config;
  private final Kernel.Opener kernels;
  private final CallLog log;

  private CniCall(
      CniEnvironment environment, NetworkConfig config, Kernel.Opener kernels, CallLog log) {
    this.environment = environment;
    this.config = config;
    this.kernels = kernels;
    this.log = log;
  }

  /**
   * Answers a call. What goes wrong is in the answer.
   *
   * @param variables the environment variables of the call
   * @param standardInput its network configuration
   * @param kernels opens what the verb acts on
   */
  public static Reply answer(
      Map<String, String> variables, byte[] standardInput, Kernel.Opener kernels) {
    return answer(variables, standardInput, kernels, null);
  }

  /** As {@link #answer(Map, byte[], Kernel.Opener)}, and tells {@code listener} of each step. */
  static Reply answer(
      Map<String, String> variables,
      byte[] standardInput,
      Kernel.Opener kernels,
      @Nullable StepListener listener) {
    try {
      CniEnvironment environment = CniEnvironment.of(variables);
      if (environment.command() == CniCommand.VERSION) {
        return Reply.success(Replies.versions(standardInput));
      }
      NetworkConfig config = NetworkConfigReader.of(standardInput).read(environment.command());
      CallLog log = CallLog.of(environment, listener);
      return Reply.success(new CniCall(environment, config, kernels, log).run());
    } catch (CniException error) {
      return Reply.failure(NetworkConfigReader.versionForErrors(standardInput), error);
    }
  }

  private String run() throws CniException {
    log.line("begins");
    try {
      String document = runVerb();
      log.line("ends " + document);
      return document;
    } catch (CniException error) {
      log.line("fails: " + error.getMessage());
      throw error;
    } catch (KernelException refused) {
      log.line("fails: " + refused.getMessage());
      throw new CniException(
          CniErrorCode.KERNEL_REFUSED, String.valueOf(refused.getMessage()), refused);
    } catch (RuntimeException | LinkageError defect) {
      log.failure("fails by a defect of the plugin", defect);
      throw new CniException(CniErrorCode.INTERNAL, "defect of the plugin: " + defect, defect);
    }
  }

  private String runVerb() throws CniException {
    Path file = config.dataDir().resolve(Store.FILE_NAME);
    if (environment.command() == CniCommand.STATUS) {
      // opening is part of what it is about
      StatusVerb.run(config, file, kernels, log);
      return "";
    }
    try (Store store = Store.open(file);
        Kernel kernel = kernels.open()) {
      log.reached(Step.DATABASE_OPENED);
      return switch (environment.command()) {
        case ADD -> {
          CniResult result = new AddVerb(environment, config, store, kernel, log).run();
          yield CniResultWriter.write(config.version(), result);
        }
        case DEL -> new DelVerb(environment, store, kernel, log).run();
        case CHECK -> new CheckVerb(environment, config, store, kernel).run();
        case GC -> new GcVerb(config, store, kernel, log).run();
        case STATUS, VERSION -> throw new IllegalStateException("answered before");
      };
    }
  }
}
