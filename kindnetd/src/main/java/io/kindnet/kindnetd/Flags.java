package io.kindnet.kindnetd;

/** The flags of the agent as they stand on the command line, each with its default. */
final class Flags extends FlagList {
  final Flag<Boolean> disableCni =
      bool("--disable-cni", false, "no CNI configuration and no routes (default ${DEFAULT-VALUE})");

  final Flag<Boolean> networkPolicy =
      bool("--network-policy", true, "enforce NetworkPolicies (default ${DEFAULT-VALUE})");

  final Flag<Boolean> adminNetworkPolicy =
      bool(
          "--admin-network-policy",
          false,
          "enforce ClusterNetworkPolicies of the tier Admin, with --network-policy (default"
              + " ${DEFAULT-VALUE})");

  final Flag<Boolean> baselineAdminNetworkPolicy =
      bool(
          "--baseline-admin-network-policy",
          false,
          "enforce ClusterNetworkPolicies of the tier Baseline, with --network-policy (default"
              + " ${DEFAULT-VALUE})");

  final Flag<String> networkPolicyLog =
      text(
          "--network-policy-log",
          "FORMAT",
          "off",
          "how connections that network policies deny are logged: off, text, or json in the form of"
              + " Kubernetes' components (default ${DEFAULT-VALUE})");

  final Flag<Boolean> dnsCaching =
      bool(
          "--dns-caching",
          false,
          "answer the DNS queries of pods from a cache on the node (default ${DEFAULT-VALUE})");

  final Flag<String> dnsCachingNameservers =
      text(
          "--dns-caching-nameservers",
          "ADDRESSES",
          "",
          "comma-separated addresses of the name servers whose answers are cached (default: those of"
              + " the Service kube-system/kube-dns)");

  final Flag<String> dnsCachingMaxTtl =
      text(
          "--dns-caching-max-ttl",
          "SECONDS",
          "3600",
          "for how long an answer is cached at most, in seconds; never longer than its records say"
              + " (default ${DEFAULT-VALUE})");

  final Flag<Boolean> disableNri =
      bool(
          "--disable-nri",
          false,
          "do not ask the container runtime for pod addresses (default ${DEFAULT-VALUE})");

  final Flag<Boolean> nat64 =
      bool("--nat64", true, "NAT64, on nodes whose pods have IPv6 only (default ${DEFAULT-VALUE})");

  final Flag<String> nat64Prefix =
      text(
          "--nat64-prefix",
          "PREFIX",
          "64:ff9b::/96",
          "prefix of RFC 6052 in whose addresses pods see those of IPv4 (default ${DEFAULT-VALUE})");

  final Flag<String> nat64Pool =
      text(
          "--nat64-pool",
          "PREFIX",
          "240.64.0.0/16",
          "addresses of IPv4 that pods have on their node before they get the node's; none is seen"
              + " elsewhere (default ${DEFAULT-VALUE})");

  final Flag<String> nat64Allow =
      text(
          "--nat64-allow",
          "CIDRS",
          "",
          "comma-separated CIDRs of IPv4 that pods reach by NAT64 though they are not global");

  final Flag<String> hostnameOverride =
      text(
          "--hostname-override",
          "NAME",
          "",
          "name of this node (default: $NODE_NAME, else the host's name)");

  final Flag<Boolean> masquerading =
      bool(
          "--masquerading",
          true,
          "masquerade traffic from pods that leaves the cluster (default ${DEFAULT-VALUE})");

  final Flag<Boolean> acceptForwardedPods =
      bool(
          "--accept-forwarded-pods",
          false,
          "let pods through chains of others that drop what this node forwards, as Docker's"
              + " (default ${DEFAULT-VALUE})");

  final Flag<String> noMasqueradeCidr =
      text("--no-masquerade-cidr", "CIDRS", "", "comma-separated CIDRs that are not masqueraded");

  final Flag<String> controlPlaneEndpoint =
      text(
          "--control-plane-endpoint",
          "URL",
          "",
          "API server that replaces the in-cluster address when it answers, so that nothing waits"
              + " for kube-proxy (default: $CONTROL_PLANE_ENDPOINT)");

  final Flag<String> metricsBindAddress =
      text(
          "--metrics-bind-address",
          "ADDRESS",
          ":19080",
          "address of /metrics, /healthz and /readyz (default ${DEFAULT-VALUE})");

  final Flag<String> fastpathThreshold =
      text(
          "--fastpath-threshold",
          "PACKETS",
          "20",
          "packets after which a flow is offloaded, 0 disables; not of pods that network policies"
              + " select (default ${DEFAULT-VALUE})");

  final Flag<String> nflogLevel =
      text(
          "--nflog-level",
          "LEVEL",
          "9",
          "verbosity from which packets are logged (default ${DEFAULT-VALUE})");

  final Flag<String> nflogFormat =
      text(
          "--nflog-format",
          "FORMAT",
          "text",
          "how packets are logged: text, or json in the form of Kubernetes' components (default"
              + " ${DEFAULT-VALUE})");

  final Flag<Boolean> ipsecOverlay =
      bool("--ipsec-overlay", false, "IPsec between nodes (default ${DEFAULT-VALUE})");

  final Flag<String> cniPlugins =
      text(
          "--cni-plugins",
          "PLUGINS",
          "",
          "the plugins in the CNI configuration: kindnet for cni-kindnet, standard for ptp or"
              + " bridge with host-local and portmap (default: kindnet; but standard where $POD_SUBNET"
              + " is set and neither --cni-bin-dir nor /var/lib/cni-kindnet is there, as in kind's own"
              + " manifest)");

  final Flag<String> cniConfDir =
      text(
          "--cni-conf-dir",
          "DIRECTORY",
          "/etc/cni/net.d",
          "where the CNI configuration is written (default ${DEFAULT-VALUE})");

  final Flag<String> cniSocket =
      text(
          "--cni-socket",
          "FILE",
          "/run/kindnet/cni.sock",
          "where cni-kindnet delegates its calls to, empty disables (default ${DEFAULT-VALUE})");

  final Flag<String> cniBinDir =
      text(
          "--cni-bin-dir",
          "DIRECTORY",
          "",
          "the host's directory of CNI plugins, where cni-kindnet is installed again if it is removed"
              + " or damaged, and old versions are removed (default: not watched)");

  final Flag<String> cniBinSource =
      text(
          "--cni-bin-source",
          "DIRECTORY",
          "",
          "the cni-kindnet to install (default: ../cni beside the agent's own directory)");

  final Flag<String> installCniBin =
      text(
          "--install-cni-bin",
          "DIRECTORY",
          "",
          "do nothing but install cni-kindnet in this directory, such as /opt/cni/bin, and exit: 0 if"
              + " it is there, else 1");

  final Flag<Boolean> cleanup =
      bool(
          "--cleanup",
          false,
          "do nothing but remove what kindnet put on this node, pods' interfaces included, and"
              + " exit: 0 if nothing is left, else 1 (default ${DEFAULT-VALUE})");

  final ClusterFlags cluster = include(new ClusterFlags());

  final CommonFlags common = include(new CommonFlags());
}
