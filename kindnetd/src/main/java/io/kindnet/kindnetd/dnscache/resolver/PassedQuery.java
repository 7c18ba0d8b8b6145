package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.upstream.AnswerListener;
import io.kindnet.kindnetd.dnscache.wire.Answer;
import io.kindnet.kindnetd.dnscache.wire.MessageFormatException;
import io.kindnet.kindnetd.dnscache.wire.Messages;
import io.kindnet.kindnetd.dnscache.wire.Query;
import java.nio.ByteBuffer;

/** A query that is passed on as it is. */
final class PassedQuery implements AnswerListener {
  private final CachingResolver resolver;
  private final CachedServer server;
  private final byte[] message;
  private final int id;
  private final Responder responder;
  private boolean answered;

  PassedQuery(CachingResolver resolver, CachedServer server, byte[] message, Responder responder) {
    this.resolver = resolver;
    this.server = server;
    this.message = message;
    this.id = Messages.id(message);
    this.responder = responder;
  }

  @Override
  public void answered(byte[] answer) {
    try {
      learn(answer);
      resolver.announcements().passed(message, answer);
      Messages.setId(answer, id);
      responder.respond(ByteBuffer.wrap(answer));
    } finally {
      end();
    }
  }

  @Override
  public void unanswered() {
    try {
      resolver.decline(responder);
    } finally {
      end();
    }
  }

  /** A transfer has many answers. */
  private void end() {
    if (!answered) {
      answered = true;
      resolver.underWay().end();
    }
  }

  /** Notes whether the server knows cookies. */
  private void learn(byte[] answer) {
    Query query = new Query();
    if (query.read(ByteBuffer.wrap(message)) == Query.Kind.PLAIN && query.cookie()) {
      try {
        server.sentCookie(Answer.read(answer.clone(), resolver.maxTtl()).cookie());
      } catch (MessageFormatException e) {
        server.sentCookie(true); // nothing is known
      }
    }
  }
}
