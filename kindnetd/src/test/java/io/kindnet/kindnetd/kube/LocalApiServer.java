package io.kindnet.kindnetd.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import java.net.InetAddress;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;

/** An API server on 127.0.0.1 in this process; objects in memory, {@code /healthz} included. */
final class LocalApiServer implements AutoCloseable {
  private final KubernetesMockServer server;

  /**
   * @param port 0 for any that is free
   */
  LocalApiServer(int port) {
    Map<ServerRequest, Queue<ServerResponse>> fixed = new ConcurrentHashMap<>();
    server =
        new KubernetesMockServer(
            new Context(),
            new MockWebServer(),
            fixed,
            new KubernetesMixedDispatcher(fixed),
            /* useHttps= */ false);
    server.start(InetAddress.getLoopbackAddress(), port);
    server.expect().get().withPath("/healthz").andReturn(200, "ok").always();
  }

  int port() {
    return server.getPort();
  }

  KubernetesClient client() {
    return server.createClient();
  }

  @Override
  public void close() {
    server.shutdown();
  }
}
