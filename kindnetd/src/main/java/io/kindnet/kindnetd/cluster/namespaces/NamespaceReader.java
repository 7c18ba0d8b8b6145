package io.kindnet.kindnetd.cluster.namespaces;

import com.google.protobuf.CodedInputStream;
import io.kindnet.kindnetd.cluster.MetadataReader;
import io.kindnet.kindnetd.kube.ApiRecord;
import io.kindnet.kindnetd.kube.Protobuf;
import io.kindnet.kindnetd.kube.Resource;
import io.kindnet.kindnetd.kube.Resource.RecordReader;
import java.io.IOException;

/**
 * Reads Namespaces field by field. One reader is for one thread.
 *
 * <p>Field numbers: generated.proto of k8s.io/api/core/v1.
 */
public final class NamespaceReader implements RecordReader<NamespaceReader.NamespaceObject> {
  /** The Namespaces of the cluster. */
  public static final Resource<NamespaceObject> NAMESPACES =
      new Resource<>("api/v1/namespaces", "Namespaces", NamespaceReader::new);

  private static final int METADATA = Protobuf.bytes(1);

  private final MetadataReader metadata = new MetadataReader();

  /**
   * A Namespace, and which state of it this is.
   *
   * @param version {@code metadata.resourceVersion}
   */
  public record NamespaceObject(String version, ClusterNamespace namespace) implements ApiRecord {
    @Override
    public String key() {
      return namespace.name();
    }
  }

  @Override
  public NamespaceObject read(CodedInputStream in) throws IOException {
    metadata.clear();
    Protobuf.eachField(in, (tag, field) -> tag == METADATA && metadata.read(field));
    return new NamespaceObject(
        metadata.version(), new ClusterNamespace(metadata.name(), metadata.labels()));
  }
}
