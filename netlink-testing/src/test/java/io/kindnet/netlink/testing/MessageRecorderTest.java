package io.kindnet.netlink.testing;

import static io.kindnet.netlink.testing.MessageRecorder.Direction.RECEIVED;
import static io.kindnet.netlink.testing.MessageRecorder.Direction.SENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageRecorderTest {
  private final MessageRecorder recorder = new MessageRecorder();

  @Test
  void keepsMessagesInOrderAndCountsThem() {
    recorder.sent(new byte[] {1});
    recorder.received(new byte[] {2, 2});
    recorder.sent(new byte[] {3});

    assertThat(recorder.messages()).extracting(m -> (int) m.bytes()[0]).containsExactly(1, 2, 3);
    assertThat(recorder.messages(SENT)).extracting(m -> (int) m.bytes()[0]).containsExactly(1, 3);
    assertThat(recorder.count(m -> m.direction() == RECEIVED)).isEqualTo(1);
    recorder.clear();
    assertThat(recorder.messages()).isEmpty();
  }

  @Test
  void takesTheDirectionAsAWord() {
    recorder.datagram("sent", new byte[] {1});
    recorder.datagram("received", new byte[] {2});

    assertThat(recorder.messages()).extracting(m -> m.direction()).containsExactly(SENT, RECEIVED);
  }

  @Test
  void isNotChangedByAReusedBuffer() {
    byte[] buffer = {1};
    recorder.sent(buffer);
    buffer[0] = 2;

    assertThat(recorder.messages().getFirst().bytes()).containsExactly(1);
  }

  @Test
  void showsMessagesAsAnnotatedHex() {
    recorder.sent(new byte[] {'e', 't', 'h', '0', 0});

    assertThat(recorder)
        .hasToString(
            """
            SENT 5 bytes
            65 74 68 30  # 0000  eth0
            00           # 0004  .
            """);
  }

  @Test
  void losesNothingBetweenThreads() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int n = 0; n < 250; n++) {
                  recorder.received(new byte[4]);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(recorder.count(m -> true)).isEqualTo(1000);
  }
}
