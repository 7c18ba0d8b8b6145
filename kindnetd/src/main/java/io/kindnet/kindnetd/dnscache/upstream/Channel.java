package io.kindnet.kindnetd.dnscache.upstream;

/** What is attached to a channel's key: called by the thread of {@link Upstream}. */
interface Channel {
  /** The channel can be read, written or is connected. */
  void ready();
}
