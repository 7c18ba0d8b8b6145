package io.kindnet.cni.portmap;

class BridgeWithRulesTrafficTest extends HostPortTraffic {
  BridgeWithRulesTrafficTest() {
    super(Wires.BRIDGE_WITH_RULES);
  }
}
