package io.kindnet.kindnetd.dnscache.upstream;

/** Waits for the answer to one question. Is called once, by the thread of {@link Upstream}. */
public interface AnswerListener {
  /**
   * The server has answered; a transfer over TCP calls it for each message.
   *
   * @param message the whole one, with any ID
   */
  void answered(byte[] message);

  /** There is no answer, for whichever reason. */
  void unanswered();
}
