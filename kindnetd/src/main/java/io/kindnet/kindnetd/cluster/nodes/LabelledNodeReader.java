package io.kindnet.kindnetd.cluster.nodes;

import com.google.protobuf.CodedInputStream;
import io.kindnet.kindnetd.cluster.Interner;
import io.kindnet.kindnetd.cluster.MetadataReader;
import io.kindnet.kindnetd.kube.ApiAddresses;
import io.kindnet.kindnetd.kube.ApiRecord;
import io.kindnet.kindnetd.kube.Protobuf;
import io.kindnet.kindnetd.kube.Resource;
import io.kindnet.kindnetd.kube.Resource.RecordReader;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads Nodes with their labels, which only policies about nodes need. One reader is for one
 * thread.
 *
 * <p>Field numbers: generated.proto of k8s.io/api/core/v1.
 */
public final class LabelledNodeReader
    implements RecordReader<LabelledNodeReader.LabelledNodeObject> {
  /** The Nodes of the cluster, with their labels. */
  public static final Resource<LabelledNodeObject> LABELLED_NODES =
      new Resource<>("api/v1/nodes", "NodeLabels", LabelledNodeReader::new);

  private static final Logger log = LoggerFactory.getLogger(LabelledNodeReader.class);

  // Node
  private static final int METADATA = Protobuf.bytes(1);
  private static final int STATUS = Protobuf.bytes(3);
  // NodeStatus
  private static final int STATUS_ADDRESSES = Protobuf.bytes(5);
  // NodeAddress
  private static final int TYPE = Protobuf.bytes(1);
  private static final int ADDRESS = Protobuf.bytes(2);

  private final MetadataReader metadata = new MetadataReader();
  private final Interner<List<InetAddress>> lists = new Interner<>();
  private final List<InetAddress> addresses = new ArrayList<>();
  private String type = "";
  private String address = "";

  // one object each, not one for each Node
  private final Protobuf.FieldReader node = this::readNode;
  private final Protobuf.FieldReader status = this::readStatus;
  private final Protobuf.FieldReader pair = this::readPair;

  /**
   * A Node, and which state of it this is.
   *
   * @param version {@code metadata.resourceVersion}
   */
  public record LabelledNodeObject(String version, LabelledNode node) implements ApiRecord {
    @Override
    public String key() {
      return node.name();
    }
  }

  @Override
  public LabelledNodeObject read(CodedInputStream in) throws IOException {
    metadata.clear();
    addresses.clear();
    Protobuf.eachField(in, node);
    return new LabelledNodeObject(
        metadata.version(),
        new LabelledNode(metadata.name(), metadata.labels(), lists.intern(List.copyOf(addresses))));
  }

  private boolean readNode(int tag, CodedInputStream in) throws IOException {
    if (tag == METADATA) {
      return metadata.read(in);
    }
    return tag == STATUS && Protobuf.eachField(in, status);
  }

  private boolean readStatus(int tag, CodedInputStream in) throws IOException {
    if (tag != STATUS_ADDRESSES) {
      return false;
    }
    type = "";
    address = "";
    Protobuf.eachField(in, pair);
    if (NodeObject.ADDRESS_TYPES.contains(type)) {
      try {
        addresses.add(ApiAddresses.address(address));
      } catch (IllegalArgumentException none) {
        log.debug("node {}: address left out: {}", metadata.name(), none.getMessage());
      }
    }
    return true;
  }

  private boolean readPair(int tag, CodedInputStream in) throws IOException {
    if (tag == TYPE) {
      type = in.readString();
    } else if (tag == ADDRESS) {
      address = in.readString();
    } else {
      return false;
    }
    return true;
  }
}
