# The entry points of the project. Everything is built by Maven with the JDK that build/find-jdk finds.

.PHONY: help test demo dist tools bench format clean

JDK := $(shell build/find-jdk 25)
MAVEN := JAVA_HOME=$(JDK) MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow $(MAVEN_OPTS)" mvn --batch-mode --no-transfer-progress
TOOLS := mvn=maven ip=iproute2 nft=nftables conntrack=conntrack nsenter=util-linux unzip=unzip sqlite3=sqlite3 curl=curl sysctl=procps

help:
	@echo 'make demo   two nodes in network namespaces with real pods, watched from start to end'
	@echo 'make test   everything that is checked: format, static analysis, all tests'
	@echo 'make dist   dist/cni and dist/kindnetd, ready to be copied to a node'
	@echo 'make format formats the Java sources'
	@echo 'make clean  removes what was built'

test: TOOLS += ping=iputils-ping containerd=containerd ctr=containerd runc=runc
test: check tools dist
	$(MAVEN) verify

demo: check dist
	demo/run

dist: check
	$(MAVEN) --quiet -Dmaven.test.skip=true package -pl cni-kindnet,kindnetd,demo -am
	JAVA_HOME=$(JDK) build/dist

# the real clients that the integration tests call the plugin through
tools:
	build/cnitool

format: check-jdk
	$(MAVEN) --quiet spotless:apply

clean: check-jdk
	$(MAVEN) --quiet clean
	rm -rf dist dist.new

.PHONY: check check-jdk
check: check-jdk
	@build/check-tools $(TOOLS)

check-jdk:
	@test -n "$(JDK)" || { build/find-jdk 25 >/dev/null; exit 1; }
