package io.kindnet.kindnetd.dnscache.resolver;

import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.dnscache.ScriptedServer;
import io.kindnet.kindnetd.dnscache.wire.AnswerAddresses;
import io.kindnet.netlink.ip.IpAddresses;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Type;

/** Who is told of which answers, and how often. */
class AnnouncementsTest {
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<AnswerAddresses> told = new CopyOnWriteArrayList<>();
  private volatile int generation = 1;
  private volatile boolean taken = true;
  private final ResolverFixture fixture =
      new ResolverFixture(
          new ResolverOptions(1 << 20, Duration.ofSeconds(100), ResolverFixture.LONG, 1000),
          new Watch());
  private ScriptedServer server;
  private NameServer added;

  private final class Watch implements AnswerWatch {
    @Override
    public int generation() {
      return generation;
    }

    @Override
    public boolean concerns(String name) {
      asked.add(name);
      return name.endsWith(".meant.example.");
    }

    @Override
    public boolean answering(AnswerAddresses answer) {
      told.add(answer);
      return taken;
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = ScriptedServer.start();
    server.script(query -> query.answer(records(query.message(), 3000, "192.0.2.1", "192.0.2.2")));
    added = fixture.add(server.address());
  }

  @AfterEach
  void end() throws IOException {
    fixture.close();
    server.close();
  }

  private void ask(String name) throws Exception {
    fixture.ask(added, query(name, Type.A)).answer();
  }

  @Test
  void isToldBeforeTheClientAndOfHitsOnce() throws Exception {
    ask("A.Meant.Example.");
    AnswerAddresses answer =
        new AnswerAddresses(
            "a.meant.example.",
            List.of(IpAddresses.parse("192.0.2.1"), IpAddresses.parse("192.0.2.2")),
            100);
    assertThat(told).containsExactly(answer);

    fixture.passSeconds(30);
    fixture.hit(added, query("a.meant.example.", Type.A));
    assertThat(told).hasSize(2);
    assertThat(told.getLast()).isEqualTo(answer.atMost(70));
    asked.clear();
    for (int i = 0; i < 3; i++) {
      fixture.hit(added, query("a.meant.example.", Type.A));
    }
    assertThat(told).hasSize(2);
    assertThat(asked).isEmpty();
  }

  @Test
  void isAskedOnceAboutOtherNames() throws Exception {
    ask("a.other.example.");
    fixture.hit(added, query("a.other.example.", Type.A));
    asked.clear();

    fixture.hit(added, query("a.other.example.", Type.A));

    assertThat(told).isEmpty();
    assertThat(asked).isEmpty();
  }

  @Test
  void isToldAgainWhenItConcernsOtherNames() throws Exception {
    generation = 0;
    ask("a.meant.example.");
    fixture.hit(added, query("a.meant.example.", Type.A));
    assertThat(asked).as("nobody cares").isEmpty();

    generation = 7;
    fixture.hit(added, query("a.meant.example.", Type.A));
    fixture.hit(added, query("a.meant.example.", Type.A));
    assertThat(told).hasSize(1);
    generation = 8;
    fixture.hit(added, query("a.meant.example.", Type.A));
    assertThat(told).hasSize(2);
  }

  @Test
  void isToldAgainUntilItHasTakenIt() throws Exception {
    taken = false;
    ask("a.meant.example.");
    fixture.hit(added, query("a.meant.example.", Type.A));
    fixture.hit(added, query("a.meant.example.", Type.A));
    taken = true;
    fixture.hit(added, query("a.meant.example.", Type.A));
    fixture.hit(added, query("a.meant.example.", Type.A));

    assertThat(told).hasSize(4);
  }

  @Test
  void mayAskWhatIsCached() throws Exception {
    ask("a.meant.example.");
    ask("b.other.example.");
    told.clear();
    fixture.passSeconds(1);

    fixture.resolver().addresses(name -> name.startsWith("a."), told::add);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst().seconds()).isEqualTo(99);
    assertThat(told.getFirst().name()).isEqualTo("a.meant.example.");
    assertThat(told.getFirst().addresses()).hasSize(2);

    fixture.passSeconds(100);
    told.clear();
    fixture.resolver().addresses(name -> true, told::add);
    assertThat(told).as("expired").isEmpty();
  }
}
