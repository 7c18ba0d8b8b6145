package io.kindnet.kindnetd.dnscache.resolver;

/**
 * Is told when a name server stops answering and when it answers again, by the resolver's thread.
 */
public interface ServerListener {
  /** It has left several questions in a row unanswered. It is asked on, about once a second. */
  void fellSilent(NameServer server);

  /** It has answered again. */
  void answersAgain(NameServer server);
}
