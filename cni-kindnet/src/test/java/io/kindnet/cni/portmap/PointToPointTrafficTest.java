package io.kindnet.cni.portmap;

class PointToPointTrafficTest extends HostPortTraffic {
  PointToPointTrafficTest() {
    super(NodeTopology.POINT_TO_POINT);
  }
}
