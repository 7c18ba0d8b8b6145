# The entry points of the project. Everything is built by Maven with the JDK that build/find-jdk finds; build/check-tools installs what
# is missing.

.PHONY: help test test-rootless verify demo fresh bench bench-jmh soak dist release image tools format clean e2e e2e-smoke e2e-conformance e2e-up e2e-down bench-scale vm vm-smoke vm-classes

# where networking tools are, which some distributions do not show to those who are not root
export PATH := $(PATH):/usr/sbin:/sbin
# the oldest version that will do; JDK=27 for a newer one
JDK ?= 25
# looked for again in each recipe, since it may have been installed meanwhile
JDK_HOME = $(shell build/find-jdk $(JDK))
MAVEN = JAVA_HOME=$(JDK_HOME) MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow $(MAVEN_OPTS)" mvn --batch-mode --no-transfer-progress
# what builds the programs; what runs them here needs more
BUILD_TOOLS = jdk=$(JDK) mvn=maven
TOOLS := cc=gcc headers=libc6-dev clang=clang ip=iproute2 tc=iproute2 nsenter=util-linux unzip=unzip strip=binutils
CLUSTER_TOOLS = go=21 etcd=etcd-server $(if $(filter debian,$(CONTAINERD)),containerd=containerd ctr=containerd) runc=runc busybox=busybox-static openssl=openssl \
  iptables=iptables pgrep=procps buildah=buildah debootstrap=debootstrap /usr/lib/cni/ptp=containernetworking-plugins
RUN_TOOLS := nft=nftables conntrack=conntrack sqlite3=sqlite3 curl=curl sysctl=procps dig=bind9-dnsutils

# ARCH=arm64 makes what runs on such a machine, and tries it, in virtual machines where this machine is another one
debian_name = $(patsubst x86_64,amd64,$(patsubst aarch64,arm64,$(1)))
HOST_ARCH := $(call debian_name,$(shell uname -m))
ARCH ?= $(HOST_ARCH)
FOREIGN := $(filter-out $(HOST_ARCH),$(call debian_name,$(ARCH)))
ifneq ($(filter-out arm64,$(FOREIGN)),)
$(error ARCH=$(ARCH) cannot be built here: ARCH=$(HOST_ARCH) or ARCH=arm64)
endif
ifneq ($(and $(FOREIGN),$(filter-out dist release image vm,$(MAKECMDGOALS))),)
$(error ARCH=$(ARCH) is for dist, release, image and vm)
endif
ARM64_TOOLS = qemu-system-aarch64=qemu-system-arm busybox=busybox-static modprobe=kmod xz=xz-utils setpriv=util-linux

help:
	@echo 'make demo   two nodes in network namespaces with real pods, watched from start to end'
	@echo 'make test   everything that is checked: format, static analysis, all tests'
	@echo 'make test-rootless   the same for those who are not root, without the tests that need cgroups or other users'
	@echo 'make bench  what a call costs, beside its peers; BENCH_RUNS=5 for fewer runs, PARTS=calls for a part;'
	@echo '            EARLIER=DIRECTORY with what make release made of another build, to compare both in turn'
	@echo 'make bench-scale what the agent takes in a large cluster, with a real API server; NODES=5000 PODS=50000, SCALE_PARTS=start for a part'
	@echo 'make bench-jmh   what single steps cost in a warm JVM; JMH=Batch for some, JMH="-prof gc" for options of JMH'
	@echo 'make soak   random churn with the real plugin for SOAK_MINUTES (60), watched for leaks'
	@echo 'make e2e    the same on a real cluster on this machine, installed by kubectl; make e2e-smoke for the shortest part of it;'
	@echo '            KUBERNETES=1.34|1.37 and CONTAINERD=debian|2.4 choose versions, the newest by default, here and below'
	@echo 'make e2e-conformance   the tests of NetworkPolicies that Kubernetes has itself, on such a cluster; FOCUS="named port|CIDR" for some'
	@echo 'make e2e-up a real cluster that is left running, to play with; NODES=3 for more nodes; make e2e-down removes it'
	@echo 'make vm     tests on other kernels, in virtual machines; KERNELS="5.10 6.12-um 7.3-um", TESTS="netlink:LinksTest cni-kindnet:portmap.*"'
	@echo '            or TESTS=bench: what the fast path gains, TESTS=bench:nat64'
	@echo '            ARCH=arm64 for kernels and programs of that architecture, here and for dist, release and image'
	@echo 'make fresh  make demo and make test in a minimal Debian of its own; SUITE=sid JDK=27 for others, FRESH=demo for one of them'
	@echo 'make dist   dist/cni and dist/kindnetd, ready to be copied to a node, and dist/controller'
	@echo 'make release   archives of both for other machines, with checksums, in target/release'
	@echo 'make image  the images of the Dockerfile, built here without any image registry, as target/kindnetd.tar and target/kindnet-controller.tar'
	@echo 'make format formats the Java sources'
	@echo 'make clean  removes what was built'

test test-rootless demo bench soak: TOOLS += $(RUN_TOOLS)
demo: TOOLS += ping=iputils-ping
test test-rootless: TOOLS += go=21 sanitizers=gcc protocols=netbase ping=iputils-ping perl=perl-base \
  python3=python3 containerd=containerd ctr=containerd runc=runc openssl=openssl iptables=iptables ipvsadm=ipvsadm named=bind9 unbound=unbound \
  musl-gcc=musl-tools c-ares=libc-ares-dev iperf3=iperf3 traceroute=traceroute
test: check-root check
	@build/parts $(MAKE) tools dist verify

# In there is no network, so that all must be here before; one test makes Maven fetch what tests run on.
test-rootless: check tools dist
	$(MAVEN) --quiet verify -Pjmh -DskipITs -Dtest=HexTest -Dsurefire.failIfNoSpecifiedTests=false
	build/rootless $(MAKE) verify MAVEN_ARGS=--offline EXCLUDED=bpf,cgroups,users,

# Tests tagged with a feature that this kernel lacks are left out by name; EXCLUDED=TAG,... leaves out more.
verify:
	@lacking=$$(build/kernel-features --missing | paste -sd ,) && \
	if [ -n "$$lacking" ]; then echo "This kernel lacks $$lacking: tests tagged so are left out here, and run in make vm"; fi && \
	$(MAVEN) verify -Pjmh $(MAVEN_ARGS) "-DexcludedGroups=$(EXCLUDED)$$lacking"

demo: check-root check dist
	demo/run

# the two commands as on a machine that has just been installed
fresh: check-root
	@build/check-tools debootstrap=debootstrap git=git
	SUITE='$(SUITE)' JDK='$(JDK)' FRESH='$(FRESH)' build/fresh

# PARTS=cluster measures on the real cluster of make e2e
ifeq ($(PARTS),cluster)
bench: TOOLS += $(CLUSTER_TOOLS)
bench: check-root check e2e-classes
	e2e/run figures
else
bench: TOOLS += go=21 tayga=tayga
bench: check-root check dist bench-classes
	build/cnitool
	build/coredns/build
	bench/run
endif

.PHONY: bench-classes
bench-classes:
	$(MAVEN) --quiet -Dmaven.test.skip=true package -pl bench -am $(MAVEN_ARGS)

# what the agent takes among many nodes, of which only the API server is real
bench-scale: TOOLS += go=21 etcd=etcd-server openssl=openssl busybox=busybox-static nft=nftables curl=curl sysctl=procps python3=python3
bench-scale: check-root check dist e2e-classes
	e2e/run scale

# JMH='-prof gc Batch' for options of JMH and a choice of benchmarks
bench-jmh: check
	$(MAVEN) --quiet -Pjmh -Dmaven.test.skip=true package -pl bench-jmh -am
	bench-jmh/run $(JMH)

# without what an earlier version of a pom.xml has left among the jars
dist: $(if $(FOREIGN),check-root) check
	rm -rf cni-kindnet/target/lib kindnetd/target/lib kindnet-controller/target/lib packaging/target/lib
	$(MAVEN) --quiet -Dmaven.test.skip=true package -pl cni-kindnet,kindnetd,kindnet-controller,packaging,demo -am $(MAVEN_ARGS)
ifeq ($(FOREIGN),)
	JAVA_HOME=$(JDK_HOME) packaging/dist
else
	packaging/dist-$(FOREIGN)
endif

release: dist
	build/release target/release $(FOREIGN)

# where an image registry is within reach, the commands at the top of the Dockerfile do the same
ifeq ($(FOREIGN),)
image: check-root check-jdk
	build/image target
else
image dist release vm: TOOLS += $(ARM64_TOOLS)
image: check-root dist
	build/image-$(FOREIGN) target
endif

# random churn for a long time: the model of the tests of cni-kindnet, with the program in dist/, and random network policies
soak: check-root check dist
	$(MAVEN) --quiet test-compile dependency:build-classpath -pl cni-kindnet,kindnetd -am -Dmdep.outputFile=target/soak.classpath -Dmdep.includeScope=test
	build/soak

# A real cluster of the versions KUBERNETES and CONTAINERD, which build/cluster-tools knows: etcd, API server, controllers, and nodes
# with containerd and kubelet, in namespaces of their own. Its state is a directory, so that one that was left behind in whichever way is
# found again. Without CONTAINERD=debian, containerd is built, too.
e2e e2e-smoke e2e-conformance e2e-up e2e-down: TOOLS += $(CLUSTER_TOOLS) $(RUN_TOOLS)
e2e: TOOLS += udevadm=udev
e2e: check-root check e2e-classes
	e2e/run all '-Dtest=*E2E'

e2e-smoke: check-root check e2e-classes
	KINDNET_E2E_NODES=1 e2e/run all -Dtest=SmokeE2E

# Kubernetes' own tests of NetworkPolicies: they are built from its modules, with what their pods run
e2e-conformance: check-root check e2e-classes
	FOCUS='$(FOCUS)' e2e/run conformance

e2e-up: check-root check e2e-classes
	e2e/run up $(NODES)

e2e-down: check-root check e2e-classes
	e2e/run down

.PHONY: e2e-classes
e2e-classes:
	$(MAVEN) --quiet -Dmaven.test.skip=true package -pl e2e -am

# Tests on other kernels than this machine's: KERNELS="6.1 7.3-um" TESTS="demo netlink cni-kindnet:portmap.*"; `this` is the machine's own,
# -um a kernel that runs as a process. MAVEN_ARGS=-Dquick leaves static analysis out. See vm/run and docs/kernels.md.
VM_TOOLS = busybox=busybox-static xz=xz-utils setpriv=util-linux perl=perl-base protocols=netbase iptables=iptables ipvsadm=ipvsadm $(RUN_TOOLS)
QEMU_TOOLS = $(if $(FOREIGN),,qemu-system-x86_64=qemu-system-x86) virtiofsd=virtiofsd modprobe=kmod
# what compiles a kernel
USER_MODE_TOOLS = make=make flex=flex bison=bison bc=bc
JUNIT_VERSION = $(shell sed -n 's:.*<junit.version>\(.*\)</junit.version>.*:\1:p' pom.xml)
JUNIT_CONSOLE = target/vm/junit-platform-console-standalone-$(JUNIT_VERSION).jar
KERNELS ?= 6.12
TESTS ?= netlink cni-kindnet:portmap.*,AddVerbTest,AddBridgeTest,CheckVerbTest,DelVerbTest,MtuTest,Ipv6OffTest \
  kindnetd:MasqAgentTest,RouteAgentTest,RouteAgentRepairTest,HostFactsReaderTest,HostPortAgentTest,CleanupTest
# what many kernels lack, and of each module a few tests that meet the kernel in many ways
SMOKE_TESTS = netlink:NftablesDifferentialTest,LinksTest\#makesTheDummyThatIpMakes,LinksTest\#listsAVrfAndWhatIsInIt \
  cni-kindnet:SctpAssociationTest,ForeignTableTest\#allAreNamed,OtherVersionsTest\#anOlderTableIsReplaced \
  kindnetd:MasqAgentTest\#makesTheTableThatNftMakesOfTheSameText,RouteAgentTest\#followsNodesThatJoinChangeAndLeave
vm vm-smoke: TOOLS += $(VM_TOOLS)
vm: TOOLS += $(if $(filter-out %-um this,$(KERNELS)),$(QEMU_TOOLS)) $(if $(filter %-um,$(KERNELS)),$(USER_MODE_TOOLS))
vm-smoke: TOOLS += $(QEMU_TOOLS)
ifneq ($(filter bench:nat64,$(TESTS)),)
vm: TOOLS += python3=python3 tayga=tayga
vm: dist bench-classes
endif
vm: check-root check $(if $(FOREIGN)$(filter demo,$(TESTS)),dist) vm-classes
	JAVA_HOME=$(JDK_HOME) VM_ARCH='$(FOREIGN)' TESTS='$(TESTS)' vm/run $(KERNELS)

# one kernel, and of each kind of test a few: less than ten minutes on two cores without KVM that are busy
vm-smoke: check-root check vm-classes
	JAVA_HOME=$(JDK_HOME) TESTS='$(SMOKE_TESTS)' VM_LIMIT=1800 vm/run 6.12

vm-classes:
	$(MAVEN) --quiet test-compile dependency:build-classpath -pl netlink,cni-kindnet,kindnetd -am \
	  -Dmdep.outputFile=target/vm.classpath -Dmdep.includeScope=test $(MAVEN_ARGS)
	test -e $(JUNIT_CONSOLE) || $(MAVEN) --quiet --non-recursive dependency:copy -DoutputDirectory=$(dir $(JUNIT_CONSOLE)) \
	  -Dartifact=org.junit.platform:junit-platform-console-standalone:$(JUNIT_VERSION)

# the real clients that tests call the plugin through, read the metrics with and ask for names, and a real server that answers these
tools:
	build/cnitool
	build/promtool/build
	build/coredns/build
	build/dnsclients/build

format: check-jdk
	$(MAVEN) --quiet spotless:apply

clean:
	rm -rf --one-file-system target */target dist dist.new

.NOTPARALLEL:
.PHONY: check check-jdk check-root
check:
	@build/check-tools $(BUILD_TOOLS) $(TOOLS)

check-jdk:
	@build/check-tools $(BUILD_TOOLS)

check-root:
	@test "$$(id -u)" -eq 0 || { \
	  echo 'This makes network namespaces, so it has to run as root: sudo make ..., or make test-rootless' >&2; \
	  INSTALL=no build/check-tools $(BUILD_TOOLS) $(TOOLS); exit 1; }
