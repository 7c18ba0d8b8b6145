# The image of kindnet: the node agent, and the plugin that it installs on the node.
# Builds from a clean checkout: docker build --tag kindnet/kindnetd . (or podman build, or buildah build; Docker before 23 needs
# DOCKER_BUILDKIT=1)

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
RUN packaging/image-root /image dist && du -sh /image /image/opt/kindnet/*

FROM scratch
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="kindnet" \
  org.opencontainers.image.description="A minimal Kubernetes network plugin: pods, routes and masquerading on every node" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image/ /
ENV PATH=/opt/kindnet/kindnetd/bin:/opt/kindnet/cni/bin:/bin
ENTRYPOINT ["/opt/kindnet/kindnetd/bin/kindnetd"]
