module io.kindnet/build/dnsclients

go 1.21
