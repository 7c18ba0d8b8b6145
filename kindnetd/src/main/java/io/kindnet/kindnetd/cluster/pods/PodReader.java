package io.kindnet.kindnetd.cluster.pods;

import com.google.protobuf.CodedInputStream;
import io.kindnet.kindnetd.cluster.Interner;
import io.kindnet.kindnetd.cluster.MetadataReader;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
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
 * Reads Pods field by field, and takes what a {@link ClusterPod} has. The rest of a Pod, which is
 * most of its kilobytes, is skipped. One reader is for one thread.
 *
 * <p>Field numbers: generated.proto of k8s.io/api/core/v1.
 */
public final class PodReader implements RecordReader<PodReader.PodObject> {
  /** The Pods of all namespaces. */
  public static final Resource<PodObject> PODS =
      new Resource<>("api/v1/pods", "Pods", PodReader::new);

  private static final Logger log = LoggerFactory.getLogger(PodReader.class);

  // Pod
  private static final int POD_METADATA = Protobuf.bytes(1);
  private static final int POD_SPEC = Protobuf.bytes(2);
  private static final int POD_STATUS = Protobuf.bytes(3);
  // PodSpec
  private static final int SPEC_CONTAINERS = Protobuf.bytes(2);
  private static final int SPEC_NODE_NAME = Protobuf.bytes(10);
  private static final int SPEC_HOST_NETWORK = Protobuf.varint(11);
  private static final int SPEC_INIT_CONTAINERS = Protobuf.bytes(20);
  // Container
  private static final int CONTAINER_PORTS = Protobuf.bytes(6);
  private static final int CONTAINER_RESTART_POLICY = Protobuf.bytes(24);
  // ContainerPort
  private static final int PORT_NAME = Protobuf.bytes(1);
  private static final int PORT_NUMBER = Protobuf.varint(3);
  private static final int PORT_PROTOCOL = Protobuf.bytes(4);
  // PodStatus
  private static final int STATUS_PHASE = Protobuf.bytes(1);
  private static final int STATUS_POD_IP = Protobuf.bytes(6);
  private static final int STATUS_POD_IPS = Protobuf.bytes(12);
  // PodIP
  private static final int POD_IP = Protobuf.bytes(1);

  private final MetadataReader metadata = new MetadataReader();
  private final Interner<List<NamedPort>> portLists = new Interner<>();
  private final List<NamedPort> ports = new ArrayList<>();
  private final List<NamedPort> containerPorts = new ArrayList<>();
  private final List<String> addresses = new ArrayList<>();
  private String node = "";
  private String phase = "";
  private String firstAddress = "";
  private boolean hostNetwork;
  private String restartPolicy = "";
  private String portName = "";
  private String portProtocol = "";
  private int portNumber;

  // one object each, not one for each Pod
  private final Protobuf.FieldReader pod = this::readPod;
  private final Protobuf.FieldReader spec = this::readSpec;
  private final Protobuf.FieldReader container = this::readContainer;
  private final Protobuf.FieldReader port = this::readPort;
  private final Protobuf.FieldReader status = this::readStatus;
  private final Protobuf.FieldReader address = this::readAddress;

  /**
   * A Pod, and which state of it this is.
   *
   * @param version {@code metadata.resourceVersion}
   */
  public record PodObject(String version, ClusterPod pod) implements ApiRecord {
    @Override
    public String key() {
      return pod.namespace() + "/" + pod.name();
    }
  }

  @Override
  public PodObject read(CodedInputStream in) throws IOException {
    metadata.clear();
    ports.clear();
    addresses.clear();
    node = "";
    phase = "";
    firstAddress = "";
    hostNetwork = false;
    Protobuf.eachField(in, pod);
    if (addresses.isEmpty() && !firstAddress.isEmpty()) {
      addresses.add(firstAddress);
    }
    return new PodObject(
        metadata.version(),
        new ClusterPod(
            metadata.namespace(),
            metadata.name(),
            metadata.labels(),
            inetAddresses(),
            node,
            phase(),
            ports.isEmpty() ? List.of() : portLists.intern(List.copyOf(ports)),
            hostNetwork,
            PodUid.of(metadata.mirrored().isEmpty() ? metadata.uid() : metadata.mirrored())));
  }

  private Phase phase() {
    return switch (phase) {
      case "Running" -> Phase.RUNNING;
      case "Succeeded" -> Phase.SUCCEEDED;
      case "Failed" -> Phase.FAILED;
      case "Unknown" -> Phase.UNKNOWN;
      default -> Phase.PENDING;
    };
  }

  private List<InetAddress> inetAddresses() {
    List<InetAddress> read = new ArrayList<>(addresses.size());
    for (String text : addresses) {
      try {
        read.add(ApiAddresses.address(text));
      } catch (IllegalArgumentException none) {
        log.warn(
            "pod {}/{}: address left out: {}",
            metadata.namespace(),
            metadata.name(),
            none.getMessage());
      }
    }
    return PackedAddresses.copyOf(read);
  }

  private boolean readPod(int tag, CodedInputStream in) throws IOException {
    if (tag == POD_METADATA) {
      return metadata.read(in);
    }
    if (tag == POD_SPEC) {
      return Protobuf.eachField(in, spec);
    }
    return tag == POD_STATUS && Protobuf.eachField(in, status);
  }

  private boolean readSpec(int tag, CodedInputStream in) throws IOException {
    if (tag == SPEC_NODE_NAME) {
      node = metadata.intern(in.readString());
    } else if (tag == SPEC_HOST_NETWORK) {
      hostNetwork = in.readBool();
    } else if (tag == SPEC_CONTAINERS || tag == SPEC_INIT_CONTAINERS) {
      containerPorts.clear();
      restartPolicy = "";
      Protobuf.eachField(in, container);
      // an init container that is restarted always runs beside the others
      if (tag == SPEC_CONTAINERS || restartPolicy.equals("Always")) {
        ports.addAll(containerPorts);
      }
    } else {
      return false;
    }
    return true;
  }

  private boolean readContainer(int tag, CodedInputStream in) throws IOException {
    if (tag == CONTAINER_PORTS) {
      portName = "";
      portProtocol = "TCP";
      portNumber = 0;
      Protobuf.eachField(in, port);
      if (!portName.isEmpty()) {
        containerPorts.add(new NamedPort(portName, portProtocol, portNumber));
      }
    } else if (tag == CONTAINER_RESTART_POLICY) {
      restartPolicy = in.readString();
    } else {
      return false;
    }
    return true;
  }

  private boolean readPort(int tag, CodedInputStream in) throws IOException {
    if (tag == PORT_NAME) {
      portName = in.readString();
    } else if (tag == PORT_NUMBER) {
      portNumber = in.readInt32();
    } else if (tag == PORT_PROTOCOL) {
      portProtocol = in.readString();
    } else {
      return false;
    }
    return true;
  }

  private boolean readStatus(int tag, CodedInputStream in) throws IOException {
    if (tag == STATUS_PHASE) {
      phase = in.readString();
    } else if (tag == STATUS_POD_IP) {
      firstAddress = in.readString();
    } else if (tag == STATUS_POD_IPS) {
      return Protobuf.eachField(in, address);
    } else {
      return false;
    }
    return true;
  }

  private boolean readAddress(int tag, CodedInputStream in) throws IOException {
    if (tag != POD_IP) {
      return false;
    }
    addresses.add(in.readString());
    return true;
  }
}
