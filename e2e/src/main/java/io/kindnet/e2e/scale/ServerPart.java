package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Service;
import io.kindnet.measuring.Table;

/** The API server ends and is restarted, and the agent finds everything as it was. */
final class ServerPart {
  private static final String CONNECTED = "kindnet_api_server_connected";

  private final ScaleFixture fixture;
  private final ScaleAgent agent;

  ServerPart(ScaleFixture fixture, ScaleAgent agent) {
    this.fixture = fixture;
    this.agent = agent;
  }

  void run() {
    fixture.say("the API server is restarted");
    Service server = fixture.cluster().apiServer();
    int listsBefore = agent.lists();
    Effort.Watch watch = Effort.watch(fixture, agent);
    server.kill(); // else it gives its clients up to a minute
    awaitConnected(0);
    server.start();
    server.awaitReady();
    long ready = System.nanoTime();
    awaitConnected(1);
    double connected = (System.nanoTime() - ready) / 1e9;
    Effort effort = watch.end();
    int lists = agent.lists() - listsBefore;
    prove();
    Table table = Effort.table(0, "connected after s", "lists");
    effort.addTo(table, Table.hundredths(connected), String.valueOf(lists));
    fixture.chapter("The API server, restarted");
    table.print(fixture.out());
    fixture
        .targets()
        .none("messages that write, after the API server's restart", effort.messages().writes());
    fixture.targets().none("changes in the kernel after it", effort.changes().number());
  }

  private void awaitConnected(int wanted) {
    agent.await(() -> {
      if (agent.metrics().sum(CONNECTED) != wanted) {
        throw new AssertionError(CONNECTED + " is not " + wanted);
      }
    });
  }

  /** A Node that comes and goes is seen: the agent does follow the new API server. */
  private void prove() {
    Peer peer = fixture.nodes().next();
    fixture.nodes().add(peer);
    fixture.host().settle(fixture.nodes().expected());
    fixture.nodes().remove(peer);
    fixture.host().settle(fixture.nodes().expected());
  }
}
