package io.kindnet.kindnetd.cluster.services;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.kindnetd.kube.ApiAddresses;
import io.kindnet.kindnetd.kube.ApiRecord;
import io.kindnet.kindnetd.kube.JsonResource;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads one Service and its EndpointSlices. What cannot be read of them is left out. */
public final class ServiceReader {
  /** A Service and which state of it this is. */
  public record ServiceObject(String version, ClusterService service) implements ApiRecord {
    @Override
    public String key() {
      return service.namespace() + "/" + service.name();
    }
  }

  /** An EndpointSlice and which state of it this is. */
  public record SliceObject(String version, EndpointSlice slice) implements ApiRecord {
    @Override
    public String key() {
      return slice.name();
    }
  }

  private ServiceReader() {}

  /** The Service of this name, alone. */
  public static JsonResource<ServiceObject> service(String namespace, String name) {
    return new JsonResource<>(
        "api/v1/namespaces/"
            + namespace
            + "/services?fieldSelector="
            + encoded("metadata.name", name),
        "the Service " + name,
        json -> new ServiceObject(version(json), readService(json)),
        /* isOptional= */ true);
  }

  /** The EndpointSlices of one Service, alone. */
  public static JsonResource<SliceObject> slices(String namespace, String service) {
    return new JsonResource<>(
        "apis/discovery.k8s.io/v1/namespaces/"
            + namespace
            + "/endpointslices?labelSelector="
            + encoded("kubernetes.io/service-name", service),
        "EndpointSlices of " + service,
        json -> new SliceObject(version(json), readSlice(json)),
        /* isOptional= */ true);
  }

  private static String encoded(String key, String value) {
    return URLEncoder.encode(key + "=" + value, StandardCharsets.UTF_8);
  }

  private static String version(JsonNode json) {
    return json.path("metadata").path("resourceVersion").asText("");
  }

  static ClusterService readService(JsonNode json) {
    JsonNode metadata = json.path("metadata");
    return new ClusterService(
        metadata.path("namespace").asText(""),
        metadata.path("name").asText(""),
        addresses(json.path("spec").path("clusterIPs")),
        ports(json.path("spec").path("ports")));
  }

  static EndpointSlice readSlice(JsonNode json) {
    List<InetAddress> addresses = new ArrayList<>();
    for (JsonNode endpoint : json.path("endpoints")) {
      addresses.addAll(addresses(endpoint.path("addresses")));
    }
    return new EndpointSlice(
        json.path("metadata").path("name").asText(""), addresses, ports(json.path("ports")));
  }

  /** {@code None} of a headless Service and the names of hosts are no addresses. */
  private static List<InetAddress> addresses(JsonNode texts) {
    List<InetAddress> addresses = new ArrayList<>();
    for (JsonNode text : texts) {
      try {
        addresses.add(ApiAddresses.address(text.asText()));
      } catch (IllegalArgumentException none) {
        // left out
      }
    }
    return addresses;
  }

  private static List<ClusterService.Port> ports(JsonNode list) {
    List<ClusterService.Port> ports = new ArrayList<>();
    for (JsonNode port : list) {
      ports.add(
          new ClusterService.Port(
              port.path("name").asText(""),
              port.path("protocol").asText("TCP"),
              port.path("port").asInt()));
    }
    return ports;
  }
}
