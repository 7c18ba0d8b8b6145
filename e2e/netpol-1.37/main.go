// Command netpol-1.37 runs Kubernetes' own tests of NetworkPolicies on a cluster: of the program e2e.test those alone, so that nothing
// else has to be built. It takes the flags of that program; with --agnhost-image it says which image the tests' pods are made of, and ends.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
	"k8s.io/kubernetes/test/e2e/framework"
	"k8s.io/kubernetes/test/e2e/framework/config"
	_ "k8s.io/kubernetes/test/e2e/framework/node/init"
	_ "k8s.io/kubernetes/test/e2e/network/netpol"
	"k8s.io/kubernetes/test/utils/image"
)

// suite hears of failures in the place of testing.T.
type suite struct{ failed bool }

// Fail is called when a test has failed.
func (s *suite) Fail() { s.failed = true }

func main() {
	config.CopyFlags(config.Flags, flag.CommandLine)
	framework.RegisterCommonFlags(flag.CommandLine)
	framework.RegisterClusterFlags(flag.CommandLine)
	agnhost := flag.Bool("agnhost-image", false, "says the name of the image that pods are made of, and ends")
	flag.Parse()
	if *agnhost {
		fmt.Println(image.GetE2EImage(image.Agnhost))
		return
	}
	framework.AfterReadingAllFlags(&framework.TestContext)
	gomega.RegisterFailHandler(framework.Fail)
	suiteConfig, reporterConfig := framework.CreateGinkgoConfig()
	s := &suite{}
	if !ginkgo.RunSpecs(s, "Kubernetes NetworkPolicy", suiteConfig, reporterConfig) || s.failed {
		os.Exit(1)
	}
}
