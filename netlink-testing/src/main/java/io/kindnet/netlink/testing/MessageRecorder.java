package io.kindnet.netlink.testing;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * Keeps what went over a socket, for tests that count or compare messages. Threads may share it.
 * Feed it with {@code socket.listener(recorder::datagram)}.
 */
public final class MessageRecorder {
  private final List<Message> messages = new CopyOnWriteArrayList<>();

  /** Which way a message went, seen from the program under test. */
  public enum Direction {
    SENT,
    RECEIVED
  }

  /** One datagram. The recorder keeps a copy of its own of the bytes. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, only looked at
  public record Message(Direction direction, byte[] bytes) {
    @Override
    public String toString() {
      return direction + " " + bytes.length + " bytes\n" + Hex.dump(bytes);
    }
  }

  /**
   * Adds a message.
   *
   * @param direction {@code sent} or {@code received}, in any case
   */
  public void datagram(String direction, byte[] bytes) {
    Direction way = Direction.valueOf(direction.toUpperCase(Locale.ROOT));
    messages.add(new Message(way, bytes.clone()));
  }

  /** Adds a message that the program sent. */
  public void sent(byte[] bytes) {
    messages.add(new Message(Direction.SENT, bytes.clone()));
  }

  /** Adds a message that the program received. */
  public void received(byte[] bytes) {
    messages.add(new Message(Direction.RECEIVED, bytes.clone()));
  }

  /** All messages so far, oldest first. */
  public List<Message> messages() {
    return List.copyOf(messages);
  }

  /** The messages so far that went {@code direction}, oldest first. */
  public List<Message> messages(Direction direction) {
    return messages.stream().filter(message -> message.direction == direction).toList();
  }

  /** How many messages so far satisfy {@code predicate}. */
  public int count(Predicate<Message> predicate) {
    return (int) messages.stream().filter(predicate).count();
  }

  /** Forgets all messages. */
  public void clear() {
    messages.clear();
  }

  /** All messages as annotated hex, for assertion messages. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    messages.forEach(text::append);
    return text.toString();
  }
}
