package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedInputStream;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Requests for objects in protobuf or JSON, through the HTTP client of fabric8, which adds
 * credentials and gives up on a server that says nothing.
 */
final class ApiRequests {
  static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
  static final String PROTOBUF_WATCH = PROTOBUF + ";stream=watch";
  static final String JSON = "application/json";
  static final String STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json";

  private static final String RETRY_AFTER = "Retry-After";

  private final HttpClient http;
  private final URI server;

  ApiRequests(ApiClient client) {
    this.http = client.http();
    this.server = client.server();
  }

  /**
   * Sends a GET and waits for the header of the response; whoever calls closes the body.
   *
   * @param path relative to the server, with its parameters
   * @param format what to accept, {@link #JSON} or one that begins with {@link #PROTOBUF}
   * @throws ApiException if the server answers with an error
   */
  InputStream get(String path, String format) throws IOException {
    ResponseBody body = new ResponseBody();
    HttpRequest request =
        http.newHttpRequestBuilder().uri(server.resolve(path)).header("Accept", format).build();
    HttpResponse<AsyncBody> response = exchange(request, body);
    @Nullable String type = response.header("Content-Type");
    if (format.startsWith(PROTOBUF)
        ? !isProtobuf(type)
        : type == null || !type.startsWith(format)) {
      body.close();
      throw new IOException("a response of type " + type + " to a request for " + format);
    }
    return body;
  }

  /**
   * Sends an object and waits until the server has taken it.
   *
   * @param method of HTTP
   * @param path relative to the server
   * @param type of the content
   * @throws ApiException if the server answers with an error
   */
  void send(String method, String path, String type, JsonNode object) throws IOException {
    HttpRequest request =
        http.newHttpRequestBuilder()
            .uri(server.resolve(path))
            .header("Accept", JSON)
            .method(method, type, object.toString())
            .build();
    try (ResponseBody body = new ResponseBody()) {
      exchange(request, body);
      body.transferTo(OutputStream.nullOutputStream()); // so that the connection can be used again
    }
  }

  /** Sends a request; its response is a success, whose body begins. */
  private HttpResponse<AsyncBody> exchange(HttpRequest request, ResponseBody body)
      throws IOException {
    HttpResponse<AsyncBody> response = send(request, body);
    body.begin(response.body());
    if (!response.isSuccessful()) {
      try (body) {
        throw new ApiException(
            response.code(),
            message(body, isProtobuf(response.header("Content-Type"))),
            retryAfter(response.header(RETRY_AFTER), Instant.now()));
      }
    }
    return response;
  }

  private static boolean isProtobuf(@Nullable String type) {
    return type != null && type.startsWith(PROTOBUF);
  }

  private HttpResponse<AsyncBody> send(HttpRequest request, ResponseBody body) throws IOException {
    CompletableFuture<HttpResponse<AsyncBody>> response;
    try {
      response = http.consumeBytes(request, body);
    } catch (UncheckedIOException reason) {
      throw reason.getCause(); // of the credentials
    }
    try {
      return response.get();
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      if (cause instanceof UncheckedIOException unchecked) {
        throw unchecked.getCause();
      }
      throw cause instanceof IOException known ? furthest(known) : new IOException(cause);
    } catch (InterruptedException ended) {
      response.cancel(true);
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(ended);
    }
  }

  /**
   * A server may have several addresses, of which each fails in its own way. What TLS says of one
   * is what an operator has to know, and not that another one does not answer.
   *
   * @param failure that of the first, with the others suppressed
   */
  static IOException furthest(IOException failure) {
    if (failure instanceof SSLException) {
      return failure;
    }
    for (Throwable other : failure.getSuppressed()) {
      if (other instanceof SSLException refusal) {
        return refusal;
      }
    }
    return failure;
  }

  /** What is between this and the server, such as a proxy, may answer in other formats. */
  private static String message(InputStream body, boolean protobuf) {
    try {
      if (!protobuf) {
        return new ObjectMapper().readTree(body).path("message").asText();
      }
      new ApiObjects(other -> {}).read(CodedInputStream.newInstance(body));
    } catch (ApiException status) {
      return status.serverMessage();
    } catch (IOException other) {
      // the code has to do
    }
    return "";
  }

  /**
   * How long to wait.
   *
   * @param header seconds, or a date of HTTP (RFC 9110, 10.2.3); null if there is none
   */
  static Duration retryAfter(@Nullable String header, Instant now) {
    if (header == null) {
      return Duration.ZERO;
    }
    try {
      return Duration.ofSeconds(Math.max(0, Long.parseLong(header.strip())));
    } catch (NumberFormatException date) {
      try {
        Instant then =
            ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        return then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO;
      } catch (DateTimeException neither) {
        return Duration.ZERO;
      }
    }
  }
}
