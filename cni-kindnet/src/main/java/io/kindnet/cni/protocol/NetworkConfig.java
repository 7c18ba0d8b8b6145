package io.kindnet.cni.protocol;

import io.kindnet.netlink.ip.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The network configuration on standard input, checked. Only what the verb uses is read, so that a
 * slip in a key that ADD needs does not keep DEL from releasing.
 *
 * @param version {@code cniVersion}
 * @param name {@code name} of the network
 * @param ranges {@code ranges}: where addresses come from, in order of preference (ADD)
 * @param bridge {@code bridge}: the bridge to which pods are plugged, empty for a veth pair each
 * @param mtu {@code mtu} of the pod's interface in bytes, 0 for that of the default route's
 * @param dataDir {@code dataDir}: the directory of the database
 * @param portMappings {@code runtimeConfig.portMappings} (ADD)
 * @param dns {@code dns}, handed on in the result
 * @param prevResult {@code prevResult}: what ADD gave (CHECK), else null
 * @param validAttachments {@code cni.dev/valid-attachments} and the older {@code
 *     cni.dev/attachments} (GC)
 */
public record NetworkConfig(
    CniVersion version,
    String name,
    List<IpPrefix> ranges,
    String bridge,
    int mtu,
    Path dataDir,
    List<PortMapping> portMappings,
    Dns dns,
    @Nullable CniResult prevResult,
    List<Attachment> validAttachments) {

  /** Where the database lies unless the configuration says something else. */
  public static final Path DEFAULT_DATA_DIR = Path.of("/var/lib/cni-kindnet");
}
