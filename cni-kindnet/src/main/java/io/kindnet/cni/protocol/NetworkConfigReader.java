package io.kindnet.cni.protocol;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and checks the network configuration. Every error names the key and the value. */
public final class NetworkConfigReader {
  private static final String VALID_ATTACHMENTS = "cni.dev/valid-attachments";
  private static final String ATTACHMENTS = "cni.dev/attachments";
  // the least that IPv4 can live with (RFC 791) and the most that a packet can have
  private static final int MIN_MTU = 68;
  private static final int MAX_MTU = 65535;

  private final JsonObject json;

  private NetworkConfigReader(JsonObject json) {
    this.json = json;
  }

  /** Takes the JSON apart without asking yet what it means. */
  public static NetworkConfigReader of(byte[] standardInput) throws CniException {
    return new NetworkConfigReader(
        JsonObject.parse("the network configuration on standard input", standardInput));
  }

  /**
   * The version to tell an error about {@code standardInput} in: the one that it asks for, or the
   * latest where that cannot be made out.
   */
  public static CniVersion versionForErrors(byte[] standardInput) {
    try {
      return of(standardInput).version();
    } catch (CniException unreadable) {
      return CniVersion.LATEST;
    }
  }

  /**
   * The version that the configuration asks for.
   *
   * @throws CniException {@link CniErrorCode#INCOMPATIBLE_VERSION} if it is not spoken here
   */
  private CniVersion version() throws CniException {
    String text = json.string("cniVersion");
    return text.isEmpty() ? CniVersion.UNSTATED : CniVersion.parse(text);
  }

  /**
   * All that {@code command} uses.
   *
   * @throws CniException {@link CniErrorCode#INCOMPATIBLE_VERSION}, {@link
   *     CniErrorCode#DECODING_FAILURE} or {@link CniErrorCode#INVALID_NETWORK_CONFIG}
   */
  public NetworkConfig read(CniCommand command) throws CniException {
    CniVersion version = version();
    if (!version.isAtLeast(command.since())) {
      throw new CniException(
          CniErrorCode.INCOMPATIBLE_VERSION,
          command + " needs cniVersion " + command.since() + ", the configuration says " + version);
    }
    boolean add = command == CniCommand.ADD;
    return new NetworkConfig(
        version,
        name(),
        add ? ranges() : List.of(),
        bridge(),
        add ? mtu() : 0,
        dataDir(),
        add ? portMappings() : List.of(),
        add ? Dns.in(json) : Dns.NONE,
        command == CniCommand.CHECK ? prevResult() : null,
        command == CniCommand.GC ? validAttachments() : List.of());
  }

  private String name() throws CniException {
    String name = json.string("name");
    String problem = Names.problemWithIdentifier(name);
    if (problem != null) {
      throw json.invalid("name", name, problem);
    }
    return name;
  }

  private List<IpPrefix> ranges() throws CniException {
    List<IpPrefix> ranges = new ArrayList<>();
    List<String> texts = json.strings("ranges");
    for (int i = 0; i < texts.size(); i++) {
      IpPrefix range;
      try {
        range = IpPrefix.parse(texts.get(i).strip());
      } catch (IllegalArgumentException notCidr) {
        throw new CniException(
            CniErrorCode.INVALID_NETWORK_CONFIG,
            "ranges[" + i + "]: " + notCidr.getMessage(),
            notCidr);
      }
      String problem = PodRanges.problem(range);
      if (problem != null) {
        throw json.invalid("ranges[" + i + "]", range.toString(), problem);
      }
      ranges.add(range);
    }
    return ranges;
  }

  private String bridge() throws CniException {
    String bridge = json.string("bridge");
    String problem = bridge.isEmpty() ? null : Names.problemWithInterface(bridge);
    if (problem != null) {
      throw json.invalid("bridge", bridge, problem);
    }
    return bridge;
  }

  private int mtu() throws CniException {
    Long mtu = json.integer("mtu");
    if (mtu == null || mtu == 0) {
      return 0;
    }
    if (mtu < MIN_MTU || mtu > MAX_MTU) {
      throw json.invalid(
          "mtu", mtu.toString(), "an MTU lies between " + MIN_MTU + " and " + MAX_MTU);
    }
    return mtu.intValue();
  }

  /**
   * Where the database is.
   *
   * @throws CniException {@link CniErrorCode#INVALID_NETWORK_CONFIG} if it is no absolute path
   */
  public Path dataDir() throws CniException {
    String text = json.string("dataDir");
    if (text.isEmpty()) {
      return NetworkConfig.DEFAULT_DATA_DIR;
    }
    if (!text.startsWith("/")) {
      throw json.invalid("dataDir", text, "it must be an absolute path");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException notPath) {
      throw json.invalid("dataDir", text, "it is no path: " + notPath.getReason());
    }
  }

  private List<PortMapping> portMappings() throws CniException {
    List<PortMapping> mappings = new ArrayList<>();
    JsonObject runtimeConfig = json.object("runtimeConfig");
    if (runtimeConfig != null) {
      for (JsonObject element : runtimeConfig.objects("portMappings")) {
        PortMapping mapping = portMapping(element);
        if (mapping != null) {
          mappings.add(mapping);
        }
      }
    }
    return mappings;
  }

  /** Null for a container port without a host port: runtimes list those too, with host port 0. */
  private static @Nullable PortMapping portMapping(JsonObject element) throws CniException {
    Long hostPort = element.integer("hostPort");
    if (hostPort == null || hostPort == 0) {
      return null;
    }
    String protocolName = element.string("protocol");
    TransportProtocol protocol =
        protocolName.isEmpty() ? TransportProtocol.TCP : TransportProtocol.named(protocolName);
    if (protocol == null) {
      throw element.invalid("protocol", protocolName, "tcp, udp and sctp are known");
    }
    return new PortMapping(
        address(element, "hostIP"),
        port(element, "hostPort", hostPort),
        port(element, "containerPort", element.integer("containerPort")),
        protocol);
  }

  private static int port(JsonObject element, String key, @Nullable Long port) throws CniException {
    if (port == null || port < 1 || port > 65535) {
      throw element.invalid(key, String.valueOf(port), "a port lies between 1 and 65535");
    }
    return port.intValue();
  }

  private static @Nullable InetAddress address(JsonObject element, String key) throws CniException {
    String text = element.string(key);
    try {
      return text.isEmpty() ? null : IpAddresses.parse(text);
    } catch (IllegalArgumentException notAddress) {
      throw element.invalid(key, text, "it is not an IP address");
    }
  }

  private CniResult prevResult() throws CniException {
    JsonObject result = json.object("prevResult");
    if (result == null) {
      throw new CniException(
          CniErrorCode.INVALID_NETWORK_CONFIG, "prevResult is missing, CHECK compares with it");
    }
    return CniResultReader.read(result);
  }

  /** A container in either list is valid. Without both there is nothing to go by. */
  private List<Attachment> validAttachments() throws CniException {
    if (!json.has(VALID_ATTACHMENTS) && !json.has(ATTACHMENTS)) {
      throw new CniException(
          CniErrorCode.INVALID_NETWORK_CONFIG,
          VALID_ATTACHMENTS + " is missing, GC would remove every container");
    }
    List<Attachment> valid = new ArrayList<>();
    addAttachments(valid, VALID_ATTACHMENTS);
    addAttachments(valid, ATTACHMENTS);
    return valid;
  }

  private void addAttachments(List<Attachment> valid, String key) throws CniException {
    for (JsonObject element : json.objects(key)) {
      valid.add(new Attachment(element.string("containerID"), element.string("ifname")));
    }
  }
}
