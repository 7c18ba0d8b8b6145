package io.kindnet.cni.portmap;

class BridgeTrafficTest extends HostPortTraffic {
  BridgeTrafficTest() {
    super(NodeTopology.BRIDGE);
  }
}
