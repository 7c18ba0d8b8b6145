package io.kindnet.cni.portmap;

class PointToPointTrafficTest extends HostPortTraffic {
  PointToPointTrafficTest() {
    super(Wires.POINT_TO_POINT);
  }
}
