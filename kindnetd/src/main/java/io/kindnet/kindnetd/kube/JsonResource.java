package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * A kind of objects that is read as JSON: custom resources have no other format, and of some others
 * there are few.
 *
 * @param path of all objects, such as {@code apis/networking.k8s.io/v1/networkpolicies}
 * @param plural for logs, such as {@code NetworkPolicies}
 * @param reader takes from an object what is kept of it; must not fail, whatever is in the object
 */
public record JsonResource<T extends ApiRecord>(
    String path, String plural, Function<JsonNode, T> reader, boolean isOptional)
    implements ListedResource<T> {}
