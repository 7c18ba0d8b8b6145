package io.kindnet.kindnetd.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.kindnet.kube.testing.ObjectDispatcher;
import io.kindnet.kube.testing.ObjectServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** An API server on 127.0.0.1 in this process; objects in memory, {@code /healthz} included. */
public final class LocalApiServer implements AutoCloseable {
  private final Dispatcher dispatcher = new Dispatcher();
  private final ObjectServer server;

  /**
   * @param port 0 for any that is free
   */
  public LocalApiServer(int port) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try {
      server = ObjectServer.start(address, dispatcher);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure.getMessage(), failure);
    }
  }

  public int port() {
    return server.port();
  }

  public KubernetesClient client() {
    return server.client();
  }

  /** A client as the agent has it, without credentials. */
  public ApiClient apiClient() {
    URI url = URI.create("http://127.0.0.1:" + server.port());
    ApiServerOptions options =
        new ApiServerOptions(Optional.empty(), Optional.of(url), Optional.empty());
    try {
      return ApiServer.connect(options, Map.of(), address -> {});
    } catch (IOException failure) {
      throw new UncheckedIOException(failure.getMessage(), failure);
    } catch (InterruptedException never) {
      throw new IllegalStateException(never); // there is no endpoint to choose for or against
    }
  }

  /** Answers the next {@code times} patches with {@code code}. */
  public void refusePatches(int code, int times) {
    dispatcher.refusal = code;
    dispatcher.refusalsLeft.set(times);
  }

  /** Answers all requests for what is below {@code path} with {@code code}; 0 to go on as usual. */
  public void refuse(String path, int code) {
    dispatcher.refusedPath = path;
    dispatcher.refusedCode = code;
  }

  /** How many requests below that path there were. */
  public int refused() {
    return dispatcher.refused.get();
  }

  /** How many patches are still to be refused. */
  public int refusalsLeft() {
    return dispatcher.refusalsLeft.get();
  }

  @Override
  public void close() {
    server.close();
  }

  private static final class Dispatcher extends ObjectDispatcher {
    private final AtomicInteger refusalsLeft = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile int refusal;
    private volatile String refusedPath = "none";
    private volatile int refusedCode;

    @Override
    public MockResponse dispatch(RecordedRequest request) {
      if (request.getPath().equals("/healthz")) {
        return new MockResponse().setResponseCode(200).setBody("ok");
      }
      if (refusedCode != 0 && request.getPath().startsWith(refusedPath)) {
        refused.incrementAndGet();
        return new MockResponse().setResponseCode(refusedCode).setBody("{\"kind\": \"Status\"}");
      }
      boolean isPatch = request.getMethod().equals("PATCH");
      if (isPatch && refusalsLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        return new MockResponse().setResponseCode(refusal).setBody("{\"kind\": \"Status\"}");
      }
      return super.dispatch(request);
    }
  }
}
