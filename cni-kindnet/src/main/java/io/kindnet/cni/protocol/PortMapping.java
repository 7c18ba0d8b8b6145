package io.kindnet.cni.protocol;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One element of {@code runtimeConfig.portMappings}.
 *
 * @param hostIp the address of the host that it is for, or null for all of them
 * @param hostPort 1 to 65535
 * @param containerPort 1 to 65535
 * @param protocol tcp where the runtime said nothing
 */
public record PortMapping(
    @Nullable InetAddress hostIp, int hostPort, int containerPort, TransportProtocol protocol) {}
