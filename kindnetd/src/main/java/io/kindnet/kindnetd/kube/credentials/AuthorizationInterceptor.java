package io.kindnet.kindnetd.kube.credentials;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds who asks to each request, and reads the credentials again where the API server refuses them
 * (401): with others than before, the request is sent again at once.
 */
final class AuthorizationInterceptor implements Interceptor {
  private static final Logger log = LoggerFactory.getLogger(AuthorizationInterceptor.class);
  private static final String AUTHORIZATION = "Authorization";

  private final Credentials credentials;
  private final CredentialSockets sockets;

  AuthorizationInterceptor(Credentials credentials, CredentialSockets sockets) {
    this.credentials = credentials;
    this.sockets = sockets;
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    try {
      credentials.authorization().ifPresent(value -> builder.setHeader(AUTHORIZATION, value));
    } catch (IOException reason) {
      throw new UncheckedIOException(reason.getMessage(), reason);
    }
  }

  @Override
  public CompletableFuture<Boolean> afterFailure(
      BasicBuilder builder, HttpResponse<?> response, RequestTags tags) {
    if (response.code() != HttpURLConnection.HTTP_UNAUTHORIZED) {
      return CompletableFuture.completedFuture(false);
    }
    credentials.invalidate();
    try {
      Optional<String> now = credentials.authorization();
      now.ifPresent(value -> builder.setHeader(AUTHORIZATION, value));
      List<String> refused = response.request().headers(AUTHORIZATION);
      boolean other = now.isPresent() && !refused.contains(now.get());
      return CompletableFuture.completedFuture(sockets.closeOutdated() || other);
    } catch (IOException reason) {
      log.warn("credentials cannot be read again: {}", reason.getMessage());
      return CompletableFuture.completedFuture(false);
    }
  }
}
