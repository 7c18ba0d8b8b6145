package io.kindnet.cni.portmap;

class BridgeWithRulesTrafficTest extends HostPortTraffic {
  BridgeWithRulesTrafficTest() {
    super(NodeTopology.BRIDGE_WITH_RULES);
  }
}
