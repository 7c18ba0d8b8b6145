// Prints the addresses of each host that is named, as Go's resolver finds them: a line for each, or one that says "none".
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
)

func main() {
	resolver := net.Resolver{PreferGo: true}
	for _, host := range os.Args[1:] {
		addresses, err := resolver.LookupNetIP(context.Background(), "ip", host)
		var problem *net.DNSError
		switch {
		case errors.As(err, &problem) && problem.IsNotFound:
			fmt.Println(host, "none")
		case err != nil:
			fmt.Println(host, err)
		}
		for _, address := range addresses {
			fmt.Println(host, address.Unmap())
		}
	}
}
