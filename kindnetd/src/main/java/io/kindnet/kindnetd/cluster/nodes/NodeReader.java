package io.kindnet.kindnetd.cluster.nodes;

import com.google.protobuf.CodedInputStream;
import io.kindnet.kindnetd.cluster.nodes.NodeObject.Address;
import io.kindnet.kindnetd.kube.Protobuf;
import io.kindnet.kindnetd.kube.Resource;
import io.kindnet.kindnetd.kube.Resource.RecordReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads Nodes field by field, and takes what a {@link NodeObject} has. The rest of a Node, which is
 * most of its kilobytes, is skipped without being made into anything. One reader is for one thread.
 *
 * <p>Field numbers: generated.proto of k8s.io/api/core/v1 and k8s.io/apimachinery/meta/v1.
 */
final class NodeReader implements RecordReader<NodeObject> {
  // Node
  private static final int NODE_METADATA = Protobuf.bytes(1);
  private static final int NODE_SPEC = Protobuf.bytes(2);
  private static final int NODE_STATUS = Protobuf.bytes(3);
  // ObjectMeta
  private static final int META_NAME = Protobuf.bytes(1);
  private static final int META_RESOURCE_VERSION = Protobuf.bytes(6);
  private static final int META_CREATION_TIMESTAMP = Protobuf.bytes(8);
  private static final int TIME_SECONDS = Protobuf.varint(1);
  // NodeSpec
  private static final int SPEC_POD_CIDR = Protobuf.bytes(1);
  private static final int SPEC_PROVIDER_ID = Protobuf.bytes(3);
  private static final int SPEC_POD_CIDRS = Protobuf.bytes(7);
  // NodeStatus
  private static final int STATUS_CONDITIONS = Protobuf.bytes(4);
  private static final int STATUS_ADDRESSES = Protobuf.bytes(5);
  // NodeAddress: type, address; NodeCondition: type, status
  private static final int FIRST_TEXT = Protobuf.bytes(1);
  private static final int SECOND_TEXT = Protobuf.bytes(2);

  private final String self;
  private String name = "";
  private String version = "";
  private long created;
  private String podCidr = "";
  private List<String> podCidrs = List.of();
  private String providerId = "";
  private List<Address> addresses = List.of();
  private boolean networkAvailable;
  private String first = "";
  private String second = "";

  // one object each, not one for each Node
  private final Protobuf.FieldReader metadata = this::readMetadata;
  private final Protobuf.FieldReader time = this::readTime;
  private final Protobuf.FieldReader spec = this::readSpec;
  private final Protobuf.FieldReader status = this::readStatus;
  private final Protobuf.FieldReader pair = this::readPair;
  private final Protobuf.FieldReader node = this::readNode;

  /**
   * @param self the name of the one Node whose conditions are read; there are many of them, and
   *     heartbeats are in them
   */
  NodeReader(String self) {
    this.self = self;
  }

  /** The resource, of whose Nodes {@code self} is this machine's own. */
  static Resource<NodeObject> resource(String self) {
    return new Resource<>("api/v1/nodes", "Nodes", () -> new NodeReader(self));
  }

  @Override
  public NodeObject read(CodedInputStream in) throws IOException {
    name = "";
    version = "";
    created = 0;
    podCidr = "";
    podCidrs = List.of();
    providerId = "";
    addresses = List.of();
    networkAvailable = false;
    Protobuf.eachField(in, node);
    if (podCidrs.isEmpty() && !podCidr.isEmpty()) {
      podCidrs = List.of(podCidr);
    }
    return new NodeObject(
        name, version, created, podCidrs, providerId, addresses, networkAvailable);
  }

  private boolean readNode(int tag, CodedInputStream in) throws IOException {
    if (tag == NODE_METADATA) {
      return Protobuf.eachField(in, metadata);
    }
    if (tag == NODE_SPEC) {
      return Protobuf.eachField(in, spec);
    }
    return tag == NODE_STATUS && Protobuf.eachField(in, status);
  }

  private boolean readMetadata(int tag, CodedInputStream in) throws IOException {
    if (tag == META_NAME) {
      name = in.readString();
    } else if (tag == META_RESOURCE_VERSION) {
      version = in.readString();
    } else if (tag == META_CREATION_TIMESTAMP) {
      return Protobuf.eachField(in, time);
    } else {
      return false;
    }
    return true;
  }

  private boolean readTime(int tag, CodedInputStream in) throws IOException {
    if (tag != TIME_SECONDS) {
      return false;
    }
    created = in.readInt64();
    return true;
  }

  private boolean readSpec(int tag, CodedInputStream in) throws IOException {
    if (tag == SPEC_POD_CIDR) {
      podCidr = in.readString();
    } else if (tag == SPEC_POD_CIDRS) {
      if (podCidrs.isEmpty()) {
        podCidrs = new ArrayList<>(2);
      }
      podCidrs.add(in.readString());
    } else if (tag == SPEC_PROVIDER_ID) {
      providerId = in.readString();
    } else {
      return false;
    }
    return true;
  }

  private boolean readStatus(int tag, CodedInputStream in) throws IOException {
    if (tag == STATUS_ADDRESSES) {
      readTwo(in);
      int type = NodeObject.ADDRESS_TYPES.indexOf(first);
      if (type >= 0) {
        if (addresses.isEmpty()) {
          addresses = new ArrayList<>(2);
        }
        addresses.add(new Address(NodeObject.ADDRESS_TYPES.get(type), second));
      }
    } else if (tag == STATUS_CONDITIONS && name.equals(self)) {
      readTwo(in);
      if (first.equals("NetworkUnavailable")) {
        networkAvailable = second.equals("False");
      }
    } else {
      return false;
    }
    return true;
  }

  private void readTwo(CodedInputStream in) throws IOException {
    first = "";
    second = "";
    Protobuf.eachField(in, pair);
  }

  private boolean readPair(int tag, CodedInputStream in) throws IOException {
    if (tag == FIRST_TEXT) {
      first = in.readString();
    } else if (tag == SECOND_TEXT) {
      second = in.readString();
    } else {
      return false;
    }
    return true;
  }
}
