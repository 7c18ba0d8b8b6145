// NAT64 in the kernel: what the two ends of the link knet-nat64 do with what comes out of them. See docs/nat64.md.

#include "ipv4.h"
#include "ipv6.h"

// at the ingress of knet-nat64-v4, which gets what is sent to the prefix by knet-nat64
int SECTION("to_ipv4") nat64_to_ipv4(struct __sk_buff *skb)
{
	return to_ipv4(skb);
}

// at the ingress of knet-nat64, which gets what is sent to the pool by knet-nat64-v4
int SECTION("to_ipv6") nat64_to_ipv6(struct __sk_buff *skb)
{
	return to_ipv6(skb);
}

char SECTION("license") nat64_license[] = "Apache-2.0";
