package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.ScriptedServer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of a resolver with one name server have in common. */
abstract class ResolverTestCase {
  final ResolverFixture fixture;

  @SuppressWarnings("NullAway.Init") // before each test
  ScriptedServer server;

  /** The server, as the resolver knows it. */
  @SuppressWarnings("NullAway.Init")
  NameServer name;

  /**
   * @param deadline for the server's answers
   */
  ResolverTestCase(Duration deadline) {
    fixture = new ResolverFixture(deadline);
  }

  @BeforeEach
  final void start() throws IOException {
    server = ScriptedServer.start();
    name = fixture.add(server.address());
  }

  @AfterEach
  final void stop() throws IOException {
    fixture.close();
    server.close();
  }
}
