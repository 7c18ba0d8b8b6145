package io.kindnet.kindnetd.dnscache.upstream;

/** Is told by the thread of {@link Upstream} what is found out about a server. */
public interface UpstreamListener {
  /** It has left a question unanswered, and everything that was asked meanwhile. */
  void fellSilent();

  /** It answers again. */
  void answersAgain();
}
