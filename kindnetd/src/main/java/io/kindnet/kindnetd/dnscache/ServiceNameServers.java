package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.ResourceView;
import io.kindnet.kindnetd.cluster.services.ClusterService;
import io.kindnet.kindnetd.cluster.services.EndpointSlice;
import io.kindnet.kindnetd.cluster.services.ServiceReader;
import io.kindnet.kindnetd.cluster.services.ServiceReader.ServiceObject;
import io.kindnet.kindnetd.cluster.services.ServiceReader.SliceObject;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The name servers that were asked for, else those of the Service {@code kube-system/kube-dns}. An
 * address that is neither of that Service nor where Services have theirs answers for itself.
 */
public final class ServiceNameServers implements NameServers, AutoCloseable {
  private static final String NAMESPACE = "kube-system";
  private static final String NAME = "kube-dns";
  private static final int PORT = 53;
  private static final String CONSEQUENCE = "DNS answers may not be cached";

  private final List<InetAddress> configured;
  private final Supplier<Set<IpPrefix>> serviceRanges;
  private final ResourceView<ServiceObject, ClusterService> services;
  private final ResourceView<SliceObject, EndpointSlice> slices;

  /**
   * Watches nothing yet.
   *
   * @param configured addresses that were asked for; none for those of the Service
   * @param serviceRanges where Services have their addresses, as far as that is known
   * @param machines how many do the same
   */
  public ServiceNameServers(
      ApiClient client,
      List<InetAddress> configured,
      Supplier<Set<IpPrefix>> serviceRanges,
      Status status,
      IntSupplier machines) {
    this.configured = List.copyOf(configured);
    this.serviceRanges = serviceRanges;
    this.services =
        new ResourceView<>(
            client,
            ServiceReader.service(NAMESPACE, NAME),
            ServiceObject::service,
            CONSEQUENCE,
            status,
            machines);
    this.slices =
        new ResourceView<>(
            client,
            ServiceReader.slices(NAMESPACE, NAME),
            SliceObject::slice,
            CONSEQUENCE,
            status,
            machines);
  }

  /** Watches the Service from now on. */
  public void start() {
    services.start();
    slices.start();
  }

  @Override
  public Optional<Set<InetAddress>> addresses() {
    if (!configured.isEmpty()) {
      return Optional.of(new LinkedHashSet<>(configured));
    }
    return services.view().snapshot().map(snapshot -> addresses(snapshot.objects().values()));
  }

  private static Set<InetAddress> addresses(Collection<ClusterService> services) {
    Set<InetAddress> addresses = new LinkedHashSet<>();
    for (ClusterService service : services) {
      if (service.ports().stream().anyMatch(port -> port.port() == PORT)) {
        addresses.addAll(service.addresses());
      }
    }
    return addresses;
  }

  @Override
  public String missing() {
    return "waiting for the Service " + NAMESPACE + "/" + NAME;
  }

  @Override
  public Optional<Set<InetSocketAddress>> endpoints(InetAddress server, String protocol) {
    Optional<ClusterView.Snapshot<ClusterService>> known = services.view().snapshot();
    Optional<ClusterView.Snapshot<EndpointSlice>> knownSlices = slices.view().snapshot();
    if (known.isEmpty() || knownSlices.isEmpty()) {
      return Optional.empty();
    }
    for (ClusterService service : known.get().objects().values()) {
      if (service.addresses().contains(server)) {
        return Optional.of(
            endpoints(service, knownSlices.get().objects().values(), server, protocol));
      }
    }
    boolean ofAnotherService =
        serviceRanges.get().stream().anyMatch(range -> range.contains(server));
    return ofAnotherService
        ? Optional.empty()
        : Optional.of(Set.of(new InetSocketAddress(server, PORT)));
  }

  private static Set<InetSocketAddress> endpoints(
      ClusterService service,
      Collection<EndpointSlice> slices,
      InetAddress server,
      String protocol) {
    Set<InetSocketAddress> endpoints = new HashSet<>();
    for (ClusterService.Port port : service.ports()) {
      if (port.port() == PORT && port.protocol().equals(protocol)) {
        for (EndpointSlice slice : slices) {
          addEndpoints(endpoints, slice, port, AddressFamily.of(server));
        }
      }
    }
    return endpoints;
  }

  private static void addEndpoints(
      Set<InetSocketAddress> endpoints,
      EndpointSlice slice,
      ClusterService.Port port,
      AddressFamily family) {
    for (ClusterService.Port target : slice.ports()) {
      if (target.name().equals(port.name()) && target.protocol().equals(port.protocol())) {
        for (InetAddress address : slice.addresses()) {
          if (AddressFamily.of(address) == family) {
            endpoints.add(new InetSocketAddress(address, target.port()));
          }
        }
      }
    }
  }

  @Override
  public void onChange(Runnable listener) {
    services.view().onChange(listener);
    slices.view().onChange(listener);
  }

  @Override
  public void close() {
    services.close();
    slices.close();
  }
}
