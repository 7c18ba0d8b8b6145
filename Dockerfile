# The images of kindnet: the node agent, with the plugin that it installs on the node, and the controller, which few nodes need.
# Builds from a clean checkout (or podman build, or buildah build; Docker before 23 needs DOCKER_BUILDKIT=1):
#   docker build --tag kindnet/kindnetd .
#   docker build --tag kindnet/kindnet-controller --target kindnet-controller .

# Any Debian or Ubuntu with a JDK 25 that is content with an old C library (Temurin: glibc 2.17), since the runtime for the plugin that
# is made from it runs on the nodes with theirs. What the image needs at run time is taken from here, and nothing else of it.
ARG BUILD_IMAGE=eclipse-temurin:25-jdk

FROM ${BUILD_IMAGE} AS build
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    binutils busybox-static clang gcc iproute2 libc6-dev make maven musl-tools unzip util-linux
WORKDIR /build
COPY . .
# the checks of the sources are made elsewhere, by make test
RUN --mount=type=cache,target=/root/.m2 make dist MAVEN_ARGS=-Dquick
RUN packaging/image-root kindnetd /images/kindnetd dist \
  && packaging/image-root kindnet-controller /images/kindnet-controller dist \
  && du -sm /images/* /images/*/opt/kindnet/*

FROM scratch AS kindnet-controller
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="kindnet-controller" \
  org.opencontainers.image.description="Has the agents of kindnet, a minimal Kubernetes network plugin, follow an object" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /images/kindnet-controller/ /
ENV PATH=/opt/kindnet/controller/bin:/bin
USER 65532:65532
ENTRYPOINT ["/opt/kindnet/controller/bin/kindnet-controller"]

# the last one is what a build without --target makes
FROM scratch AS kindnetd
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="kindnet" \
  org.opencontainers.image.description="A minimal Kubernetes network plugin: pods, routes and masquerading on every node" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /images/kindnetd/ /
ENV PATH=/opt/kindnet/kindnetd/bin:/opt/kindnet/cni/bin:/bin
ENTRYPOINT ["/opt/kindnet/kindnetd/bin/kindnetd"]
