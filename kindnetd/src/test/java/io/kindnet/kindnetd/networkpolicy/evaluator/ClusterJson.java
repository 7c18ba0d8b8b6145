package io.kindnet.kindnetd.networkpolicy.evaluator;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.CodedInputStream;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.namespaces.NamespaceReader;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.nodes.LabelledNodeReader;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.PodReader;
import io.kindnet.kindnetd.cluster.policies.ClusterNetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.NetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.kube.ApiObjects;
import io.kindnet.kindnetd.kube.Resource.RecordReader;
import io.kindnet.kube.testing.ApiProtobuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Objects as they stand in Kubernetes' JSON, through the readers that the agent has for them. */
public final class ClusterJson {
  private ClusterJson() {}

  /**
   * The cluster that {@code json} describes.
   *
   * @param json with lists {@code networkPolicies}, {@code clusterNetworkPolicies}, {@code pods},
   *     {@code namespaces} and {@code nodes}, of which each may be missing
   */
  public static ClusterState state(JsonNode json) {
    List<Policy> policies = new ArrayList<>();
    json.path("networkPolicies").forEach(one -> policies.add(NetworkPolicyReader.read(one)));
    json.path("clusterNetworkPolicies")
        .forEach(one -> policies.add(ClusterNetworkPolicyReader.read(one)));
    Map<String, ClusterNamespace> namespaces = new HashMap<>();
    for (JsonNode one : json.path("namespaces")) {
      ClusterNamespace namespace = read(new NamespaceReader(), one).namespace();
      namespaces.put(namespace.name(), namespace);
    }
    List<ClusterPod> pods = new ArrayList<>();
    json.path("pods").forEach(one -> pods.add(pod(one)));
    List<LabelledNode> nodes = new ArrayList<>();
    json.path("nodes").forEach(one -> nodes.add(read(new LabelledNodeReader(), one).node()));
    return new ClusterState(policies, namespaces, pods, nodes, Map.of());
  }

  static ClusterPod pod(JsonNode json) {
    return read(new PodReader(), json).pod();
  }

  private static <T> T read(RecordReader<T> reader, JsonNode json) {
    List<T> read = new ArrayList<>();
    try {
      new ApiObjects(in -> read.add(reader.read(in)))
          .read(CodedInputStream.newInstance(ApiProtobuf.object(json.toString())));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return read.getFirst();
  }
}
