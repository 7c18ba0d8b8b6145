package io.kindnet.e2e.cluster;

import java.util.Locale;

/** What kube-proxy programs in the kernel. */
public enum ProxyMode {
  /** Chains of iptables. */
  IPTABLES,
  /** A table of nftables. */
  NFTABLES;

  /** The mode that nodes start it in. */
  public static final ProxyMode DEFAULT = IPTABLES;

  /** The value of {@code --proxy-mode}. */
  String flag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
