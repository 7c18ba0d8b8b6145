package io.kindnet.kindnetd.kube;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads a resource once, for what is not kept up to date. */
public final class ResourceLister {
  private static final String NEWEST = "";

  private ResourceLister() {}

  /**
   * All objects as they are now; none where the API server does not know an optional resource.
   *
   * @throws IOException naming the resource, if there is no list
   */
  public static <T extends ApiRecord> List<T> list(ApiClient client, ListedResource<T> resource)
      throws IOException {
    List<T> objects = new ArrayList<>();
    try {
      ResourceStream.of(new ApiRequests(client), resource).list(NEWEST, objects::add);
    } catch (ApiException answer) {
      if (!resource.isOptional() || !answer.isNotFound()) {
        throw failure(client, resource, answer);
      }
    } catch (IOException failure) {
      throw failure(client, resource, failure);
    }
    return objects;
  }

  private static IOException failure(
      ApiClient client, ListedResource<?> resource, IOException cause) {
    return new IOException(
        "no list of " + resource.plural() + " from " + client.server() + ": " + cause.getMessage(),
        cause);
  }
}
