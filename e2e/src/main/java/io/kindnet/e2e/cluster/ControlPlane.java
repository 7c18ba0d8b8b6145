package io.kindnet.e2e.cluster;

import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The programs that every cluster has once, on a machine of their own, which also is the router of
 * the nodes' network.
 *
 * @param settings of the cluster
 * @param machine where they run
 * @param authority whom they trust
 */
record ControlPlane(Settings settings, Machine machine, Authority authority) {
  private static final String CONTROLLER_MANAGER = "kube-controller-manager";
  private static final String SCHEDULER = "kube-scheduler";

  /** On the machine: whose requests the API server writes down. */
  private static final String AUDIT_POLICY = "/run/e2e/audit.yaml";

  /** Where the store listens, on the machine of the control plane alone. */
  static final String ETCD = "http://127.0.0.1:2379";

  /** Bytes that the store may have: fifty thousand Pods, and what they were in the last minutes. */
  private static final long ETCD_QUOTA = 8L << 30;

  ControlPlane(Settings settings) {
    this(
        settings,
        new Machine("control", settings),
        new Authority(settings.state().resolve("authority")));
  }

  /** Starts what does not run, and waits until it can be used. */
  void up() {
    serve();
    for (Service service : List.of(controllerManager(), scheduler())) {
      service.start();
    }
    controllerManager().awaitReady();
    scheduler().awaitReady();
  }

  /** Starts the store and the API server only: nobody acts on what is written there. */
  void serve() {
    machine.boot();
    Network.router(machine);
    authority.establish();
    authority.issue(
        "kube-apiserver",
        "/CN=kube-apiserver",
        "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:"
            + Addresses.CONTROL_V4
            + ",IP:"
            + Addresses.CONTROL_V6
            + ",IP:"
            + Addresses.API_SERVER_IN_CLUSTER);
    authority.issue("to-kubelets", "/O=system:masters/CN=kube-apiserver-kubelet-client", "");
    try {
      Files.writeString(
          machine.path(AUDIT_POLICY), Resources.text(ControlPlane.class, "audit.yaml"));
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write " + AUDIT_POLICY, failed);
    }
    etcd().start();
    etcd().awaitReady();
    apiServer().start();
    apiServer().awaitReady();
  }

  /** The store, in memory: nothing of it has to outlive the machine. */
  Service etcd() {
    return new Service(
        "etcd",
        machine,
        List.of(
            "etcd",
            "--data-dir=/run/etcd",
            "--quota-backend-bytes=" + ETCD_QUOTA,
            "--listen-client-urls=" + ETCD,
            "--advertise-client-urls=" + ETCD,
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--logger=zap",
            "--log-level=warn"),
        () -> machine.run("curl", "-sSf", ETCD + "/health"));
  }

  Service apiServer() {
    String key = authority.serviceAccountKey().toString();
    return new Service(
        "kube-apiserver",
        machine,
        List.of(
            settings.tool("kube-apiserver"),
            "--etcd-servers=" + ETCD,
            "--advertise-address=" + Addresses.CONTROL_V4,
            "--bind-address=::",
            "--secure-port=6443",
            "--service-cluster-ip-range=" + Addresses.SERVICES,
            "--tls-cert-file=" + authority.certificate("kube-apiserver"),
            "--tls-private-key-file=" + authority.key("kube-apiserver"),
            "--client-ca-file=" + authority.certificate("ca"),
            "--kubelet-client-certificate=" + authority.certificate("to-kubelets"),
            "--kubelet-client-key=" + authority.key("to-kubelets"),
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            "--service-account-signing-key-file=" + key,
            "--service-account-key-file=" + key,
            "--kubelet-preferred-address-types=InternalIP",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--audit-policy-file=" + AUDIT_POLICY,
            "--audit-log-path=" + auditLog(),
            "--allow-privileged=true"),
        () ->
            machine.run(
                "curl",
                "-sSf",
                "--cacert",
                authority.certificate("ca").toString(),
                Addresses.API_SERVER + "/readyz"));
  }

  /** What the API server was asked for, an event a line, by those whom the policy names. */
  Path auditLog() {
    return settings.logs().resolve("audit.log");
  }

  Service controllerManager() {
    Path kubeconfig = authority.kubeconfig(CONTROLLER_MANAGER, "/CN=system:" + CONTROLLER_MANAGER);
    return new Service(
        CONTROLLER_MANAGER,
        machine,
        List.of(
            settings.tool(CONTROLLER_MANAGER),
            "--kubeconfig=" + kubeconfig,
            "--service-account-private-key-file=" + authority.serviceAccountKey(),
            "--root-ca-file=" + authority.certificate("ca"),
            "--use-service-account-credentials=true",
            "--allocate-node-cidrs=true",
            "--cluster-cidr=" + Addresses.PODS,
            "--node-cidr-mask-size-ipv4=24",
            "--node-cidr-mask-size-ipv6=64",
            "--service-cluster-ip-range=" + Addresses.SERVICES,
            // what is measured with many pods is not to be the pace at which they are written down
            "--kube-api-qps=200",
            "--kube-api-burst=400",
            "--leader-elect=false"),
        () -> machine.run("curl", "-sSfk", "https://127.0.0.1:10257/healthz"));
  }

  Service scheduler() {
    Path kubeconfig = authority.kubeconfig(SCHEDULER, "/CN=system:" + SCHEDULER);
    return new Service(
        SCHEDULER,
        machine,
        List.of(settings.tool(SCHEDULER), "--kubeconfig=" + kubeconfig, "--leader-elect=false"),
        () -> machine.run("curl", "-sSfk", "https://127.0.0.1:10259/readyz"));
  }
}
