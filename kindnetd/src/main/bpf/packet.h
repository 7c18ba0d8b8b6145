// Headers of IPv4 and IPv6, the sums over them, and the maps that both directions share.
#pragma once

#include "bpf.h"

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#define IP_DF 0x4000
#define IP_MF 0x2000
#define IP_OFFSET 0x1fff
#define ICMPV6 58
#define L3 ETH_HLEN
#define MAX_EXTENSIONS 6
#define CHUNK 128
// How many of them packets may have whose sum is made: errors are no larger than the smallest MTU of IPv6, others than a jumbo frame.
#define CHUNKS_OF_ERROR 12
#define CHUNKS_OF_PACKET 72

enum counter {
	TO_IPV4,
	TO_IPV6,
	UNKNOWN_POD,   // neither a pod's IPv6 address nor one of the pool
	OTHER_PREFIX,  // not to an address of the prefix
	UNTRANSLATABLE, // what RFC 7915 has no translation for: source routes, ICMP messages of the link, fragments of ICMP
	MALFORMED,     // ends before its headers do
	FAILED,        // the kernel had no memory, or would not change the packet
	COUNTERS
};

struct count {
	__u64 packets;
	__u64 bytes;
};

struct configuration {
	__be32 prefix[3];
	__be32 mask[3];
	__u32 length;      // of the prefix: 32, 40, 48, 56, 64 or 96
	__u32 max_segment; // the largest TCP segment that servers may send; 0 for any
};

// the address of each pod of this node, and its address of the pool
struct map_definition SECTION("maps") nat64_pods = {BPF_MAP_TYPE_HASH, sizeof(struct in6_addr), sizeof(__be32), 4096, 0};
struct map_definition SECTION("maps") nat64_pool = {BPF_MAP_TYPE_HASH, sizeof(__be32), sizeof(struct in6_addr), 4096, 0};
struct map_definition SECTION("maps") nat64_config = {BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct configuration), 1, 0};
struct map_definition SECTION("maps") nat64_counts = {BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(__u32), sizeof(struct count), COUNTERS, 0};

INLINE void add(__u32 counter, const struct __sk_buff *skb)
{
	struct count *count = map_lookup(&nat64_counts, &counter);
	if (count) {
		count->packets += skb->gso_segs ? skb->gso_segs : 1;
		count->bytes += skb->len - L3;
	}
}

INLINE int drop(__u32 counter, const struct __sk_buff *skb)
{
	add(counter, skb);
	return TC_ACT_SHOT;
}

// what an IP packet carries, behind all headers of IP
struct payload {
	__u32 offset;      // from the beginning of the packet
	__u32 extensions;  // bytes of IPv6 extension headers, or of IPv4 options
	__u8 protocol;     // of IPv4 or IPv6, as it stands there
	__u8 is_fragment;
	__u16 fragment;    // offset in 8 bytes, as in IPv4
	__u16 more;        // IP_MF or 0
	__u32 id;
};

INLINE __u16 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

// The sum over `length` bytes at `offset`; negative if they are not there, or too many. The verifier goes each way through it.
INLINE __s64 sum_of(const struct __sk_buff *skb, __u32 offset, __u32 length, __u32 seed, int max_chunks)
{
	__u8 chunk[CHUNK];
	__s64 sum = seed;
	for (int i = 0; i < max_chunks && length >= CHUNK; i++) {
		if (load(skb, offset, chunk, CHUNK))
			return -1;
		sum = checksum_difference(0, 0, chunk, CHUNK, (__u32)sum);
		offset += CHUNK;
		length -= CHUNK;
	}
	if (length >= CHUNK)
		return -1;
	if (length) {
		__u32 last = length - 1;
		asm volatile("%0 &= 127" : "+r"(last)); // what the verifier has to see
		__builtin_memset(chunk, 0, CHUNK);
		if (load(skb, offset, chunk, last + 1))
			return -1;
		sum = checksum_difference(0, 0, chunk, CHUNK, (__u32)sum);
	}
	return (__u32)sum;
}

// The sum over the part of the pseudo header of IPv6 that IPv4 has not got, with ICMP.
INLINE __u32 icmp_pseudo_header(const struct ipv6hdr *ip6, __u32 length)
{
	struct {
		struct in6_addr source, destination;
		__be32 length, next_header;
	} pseudo = {ip6->saddr, ip6->daddr, htonl(length), htonl(ICMPV6)};
	return checksum_difference(0, 0, (void *)&pseudo, sizeof(pseudo), 0);
}

// What the checksums of TCP and UDP change by where addresses of IPv6 become those of IPv4.
INLINE __u32 address_difference(const struct ipv6hdr *ip6, const struct iphdr *ip)
{
	return checksum_difference((void *)&ip6->saddr, 32, (void *)&ip->saddr, 8, 0);
}

// Where the checksum of a protocol is that is over the addresses, too; 0 for none.
INLINE __u32 checksum_at(__u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
		return 6;
	default:
		return 0;
	}
}

// The address of IPv4 in one of IPv6 (RFC 6052, section 2.2), if that has the prefix.
INLINE int extract(const struct configuration *config, const struct in6_addr *from, __be32 *to)
{
	const __be32 *words = from->s6_addr32;
	for (int i = 0; i < 3; i++)
		if ((words[i] & config->mask[i]) != config->prefix[i])
			return -1;
	if (config->length == 96) {
		*to = words[3];
		return 0;
	}
	// bytes 4 to 7 and 9 to 12
	__u64 around = (__u64)ntohl(words[1]) << 32 | (__u32)(ntohl(words[2]) << 8) | ntohl(words[3]) >> 24;
	*to = htonl((__u32)(around >> (64 - config->length & 63)));
	return 0;
}

INLINE void embed(const struct configuration *config, __be32 from, struct in6_addr *to)
{
	__be32 *words = to->s6_addr32;
	words[0] = config->prefix[0];
	words[1] = config->prefix[1];
	words[2] = config->prefix[2];
	words[3] = config->length == 96 ? from : 0;
	if (config->length != 96) {
		__u64 around = (__u64)ntohl(from) << (64 - config->length & 63);
		words[1] |= htonl((__u32)(around >> 32));
		words[2] |= htonl((__u32)around >> 8);
		words[3] |= htonl((__u32)around << 24);
	}
}

// Passes over the extension headers of IPv6. 0, or the counter of what is wrong.
INLINE __u32 read_ipv6(const struct __sk_buff *skb, __u32 header, const struct ipv6hdr *ip6, struct payload *payload)
{
	__u32 offset = header + sizeof(*ip6);
	__u8 next = ip6->nexthdr;
	*payload = (struct payload){};
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		__u8 extension[8];
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_DSTOPTS && next != IPPROTO_ROUTING && next != IPPROTO_FRAGMENT)
			break;
		if (load(skb, offset, extension, sizeof(extension)))
			return MALFORMED;
		if (next == IPPROTO_ROUTING && extension[3] != 0)
			return UNTRANSLATABLE; // segments left
		if (next == IPPROTO_FRAGMENT) {
			__u16 fragment = (__u16)extension[2] << 8 | extension[3];
			payload->is_fragment = 1;
			payload->fragment = fragment >> 3;
			payload->more = fragment & 1 ? IP_MF : 0;
			payload->id = (__u32)extension[6] << 8 | extension[7];
			offset += 8;
			next = extension[0];
			if (payload->fragment)
				break; // what comes now is no header
		} else {
			offset += ((__u32)extension[1] + 1) * 8;
			next = extension[0];
		}
	}
	payload->offset = offset;
	payload->extensions = offset - header - sizeof(*ip6);
	payload->protocol = next;
	return 0;
}

// As read_ipv6, of IPv4.
INLINE __u32 read_ipv4(__u32 header, const struct iphdr *ip, struct payload *payload)
{
	__u32 length = ip->ihl * 4;
	__u16 fragment = ntohs(ip->frag_off);
	if (length < sizeof(*ip))
		return MALFORMED;
	*payload = (struct payload){};
	payload->offset = header + length;
	payload->extensions = length - sizeof(*ip);
	payload->protocol = ip->protocol;
	payload->is_fragment = (fragment & (IP_MF | IP_OFFSET)) != 0;
	payload->fragment = fragment & IP_OFFSET;
	payload->more = fragment & IP_MF;
	payload->id = ntohs(ip->id);
	return 0;
}

// The length of what a packet of IPv4 becomes on the wire: the kernel cuts large ones into segments later.
INLINE __u32 on_the_wire(const struct __sk_buff *skb, const struct payload *payload, __u32 length)
{
	__u8 offset = 2 << 4; // of UDP, in words of 32 bits
	if (!skb->gso_size)
		return length;
	if (payload->protocol == IPPROTO_TCP && load(skb, payload->offset + 12, &offset, sizeof(offset)))
		return length;
	return sizeof(struct iphdr) + (offset >> 4) * 4 + skb->gso_size;
}

// The header of IPv4 for a packet of IPv6: RFC 7915, section 5.1. Addresses are the caller's. What is as long as all links of IPv6 let
// through may be cut by routers of IPv4, which may let less through.
INLINE void header_of_ipv4(const struct ipv6hdr *ip6, const struct payload *payload, __u32 length, __u32 wire, struct iphdr *ip)
{
	__u16 fragment = payload->is_fragment ? payload->more | payload->fragment : wire > 1260 ? IP_DF : 0;
	ip->version = 4;
	ip->ihl = 5;
	ip->tos = ip6->priority << 4 | ip6->flow_lbl[0] >> 4;
	ip->tot_len = htons(length);
	ip->id = payload->is_fragment ? htons(payload->id) : fragment ? 0 : (__u16)random_u32();
	ip->frag_off = htons(fragment);
	ip->ttl = ip6->hop_limit;
	ip->protocol = payload->protocol == ICMPV6 ? IPPROTO_ICMP : payload->protocol;
	ip->check = 0;
}

// The header of IPv6 for a packet of IPv4: RFC 7915, section 4.1. Addresses are the caller's.
INLINE void header_of_ipv6(const struct iphdr *ip, const struct payload *payload, __u32 length, struct ipv6hdr *ip6)
{
	__u8 protocol = payload->protocol == IPPROTO_ICMP ? ICMPV6 : payload->protocol;
	ip6->version = 6;
	ip6->priority = ip->tos >> 4;
	ip6->flow_lbl[0] = ip->tos << 4;
	ip6->flow_lbl[1] = 0;
	ip6->flow_lbl[2] = 0;
	ip6->payload_len = htons(length);
	ip6->nexthdr = payload->is_fragment ? IPPROTO_FRAGMENT : protocol;
	ip6->hop_limit = ip->ttl;
}

INLINE void seal(struct iphdr *ip)
{
	ip->check = ~fold(checksum_difference(0, 0, (void *)ip, sizeof(*ip), 0));
}
