#!/bin/sh
# containerd's CNI library (github.com/containerd/go-cni v1.1.14, cni.go, Remove) takes a DEL that failed for one that is done if the text of
# its error contains "not found" anywhere, whatever the error code, or, without a namespace, "no such file or directory". The caller gets no
# error, so that DEL is never called again, and whatever the plugin still held stays. The CNI specification knows no such text: it leaves it
# to a plugin to succeed where there is nothing to delete. So a plugin that passes on messages of the kernel or of a database has to keep
# these words out of them.
# Needs: Go 1.24 or newer.
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
mkdir plugins program
export GOPATH="$folder/go" GOCACHE="$folder/cache" GOFLAGS=-mod=mod GOTOOLCHAIN=local

cat >plugins/stubborn <<'PLUGIN'
#!/bin/sh
# Fails every DEL with the words that the configuration gives.
words=$(sed -n 's/.*"words":"\([^"]*\)".*/\1/p')
[ "$CNI_COMMAND" = VERSION ] && { echo '{"cniVersion":"1.0.0","supportedVersions":["1.0.0"]}'; exit 0; }
printf '{"cniVersion":"1.0.0","code":5,"msg":"%s"}\n' "$words"
exit 1
PLUGIN
chmod +x plugins/stubborn

cat >program/main.go <<'PROGRAM'
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/containerd/go-cni"
)

func remove(words, namespace string) error {
	list := `{"cniVersion":"1.0.0","name":"net","plugins":[{"type":"stubborn","words":"` + words + `"}]}`
	network, err := cni.New(cni.WithMinNetworkCount(1), cni.WithPluginDir([]string{os.Args[1]}))
	if err == nil {
		err = network.Load(cni.WithConfListBytes([]byte(list)))
	}
	if err != nil {
		panic(err)
	}
	return network.Remove(context.Background(), "container", namespace)
}

func main() {
	same := true
	for _, test := range []struct {
		words, namespace string
		failed           bool
	}{
		{"the disk is full", "/run/netns/pod", true},
		{"the disk is full: spare block not found", "/run/netns/pod", false},
		{"open lease: no such file or directory", "/run/netns/pod", true},
		{"open lease: no such file or directory", "", false},
	} {
		err := remove(test.words, test.namespace)
		fmt.Printf("DEL of namespace %q fails with %q: Remove returns %v\n", test.namespace, test.words, err)
		same = same && (err != nil) == test.failed
	}
	if !same {
		fmt.Println("that is not what go-cni v1.1.14 did")
		os.Exit(1)
	}
}
PROGRAM
cd program
go mod init finding 2>/dev/null
go get github.com/containerd/go-cni@v1.1.14 2>/dev/null
go version
go list -m github.com/containerd/go-cni github.com/containernetworking/cni
go run . "$folder/plugins"
