package io.kindnet.cni.model;

/**
 * A port mapping that an ADD asks for.
 *
 * @param hostPort the port of the host
 * @param protocol tcp, udp or sctp
 * @param hostIp the address of the host that it is for, empty for every one
 * @param containerPort the port of the pod
 */
record PortMappingRequest(int hostPort, String protocol, String hostIp, int containerPort) {}
