// From IPv4 to IPv6: RFC 7915, section 4. Packets go to pods.
#pragma once

#include "icmp.h"

static long (*change_tail)(struct __sk_buff *skb, __u32 length, __u64 flags) = (void *)BPF_FUNC_skb_change_tail;

struct fragment_header {
	__u8 next_header;
	__u8 unused;
	__be16 fragment;
	__be32 id;
};

// what a packet of IPv6 begins with here, from the type of its frame on
struct start_of_ipv6 {
	__u16 unused;
	__be16 type;
	struct ipv6hdr ip6;
	union {
		struct fragment_header fragment;
		struct {
			struct icmp icmp;
			struct ipv6hdr about;
			struct fragment_header about_fragment;
		};
	};
};

INLINE void fragment_header_of(const struct payload *payload, struct fragment_header *header)
{
	header->next_header = payload->protocol == IPPROTO_ICMP ? ICMPV6 : payload->protocol;
	header->unused = 0;
	header->fragment = htons(payload->fragment << 3 | (payload->more ? 1 : 0));
	header->id = htonl(payload->id);
}

// As quoted_to_ipv4, the other way.
INLINE void quoted_to_ipv6(struct __sk_buff *skb, const struct payload *quoted, const struct iphdr *ip, const struct ipv6hdr *ip6)
{
	__u32 at = checksum_at(quoted->protocol);
	__be16 checksum;
	if (quoted->fragment)
		return;
	if (quoted->protocol == IPPROTO_ICMP) {
		struct icmp icmp;
		if (load(skb, quoted->offset, &icmp, sizeof(icmp)) || is_error_of_ipv4(icmp.type))
			return;
		__u32 pseudo = icmp_pseudo_header(ip6, ntohs(ip->tot_len) - sizeof(*ip) - quoted->extensions);
		__be16 before = *(__be16 *)&icmp;
		if (to_icmp_of_ipv6(&icmp, 0))
			return;
		__u64 sum = (__u64)(__u16)~icmp.checksum + pseudo + (__u16)~before + *(__be16 *)&icmp;
		icmp.checksum = ~fold(sum);
		store(skb, quoted->offset, &icmp, sizeof(icmp), 0);
	} else if (at && !load(skb, quoted->offset + at, &checksum, sizeof(checksum)) && checksum) {
		checksum = ~fold((__u64)(__u16)~checksum + (__u32)~address_difference(ip6, ip));
		store(skb, quoted->offset + at, &checksum, sizeof(checksum), 0);
	}
}

// An error is about a packet that came from the pod.
INLINE int error_to_ipv6(struct __sk_buff *skb, const struct configuration *config, const struct iphdr *ip,
	const struct payload *payload, struct start_of_ipv6 *start)
{
	struct iphdr quoted_ip;
	struct payload quoted;
	__u32 header = payload->offset + sizeof(struct icmp);
	if (load(skb, header, &quoted_ip, sizeof(quoted_ip)))
		return drop(MALFORMED, skb);
	__u32 wrong = read_ipv4(header, &quoted_ip, &quoted);
	if (wrong)
		return drop(wrong, skb);
	struct in6_addr *pod = map_lookup(&nat64_pool, &quoted_ip.saddr);
	if (!pod)
		return drop(UNKNOWN_POD, skb);
	start->about.saddr = *pod;
	embed(config, quoted_ip.daddr, &start->about.daddr);
	if (to_icmp_of_ipv6(&start->icmp, ntohs(quoted_ip.tot_len)))
		return drop(UNTRANSLATABLE, skb);
	__u32 fragment = quoted.is_fragment ? sizeof(struct fragment_header) : 0;
	__u32 quoted_length = ntohs(quoted_ip.tot_len) - sizeof(struct iphdr) - quoted.extensions + fragment;
	header_of_ipv6(&quoted_ip, &quoted, quoted_length, &start->about);
	fragment_header_of(&quoted, &start->about_fragment);
	quoted_to_ipv6(skb, &quoted, &quoted_ip, &start->about);
	start->icmp.checksum = 0;
	// what the packet is longer by, when IPv6 has replaced IPv4 in front
	__s32 added = sizeof(struct ipv6hdr) - sizeof(struct iphdr) + fragment - payload->extensions - quoted.extensions;
	__u32 length = ntohs(ip->tot_len) - sizeof(struct iphdr) + added; // of the payload
	if (length > 0xffff)
		return drop(MALFORMED, skb);
	if (length > IPV6_SMALLEST_MTU - sizeof(struct ipv6hdr)) {
		length = IPV6_SMALLEST_MTU - sizeof(struct ipv6hdr);
		if (change_tail(skb, L3 + sizeof(struct iphdr) + length - added, 0))
			return drop(FAILED, skb);
	}
	header_of_ipv6(ip, payload, length, &start->ip6);
	__u32 written = 2 + sizeof(struct ipv6hdr) + sizeof(struct icmp) + sizeof(struct ipv6hdr);
	if (change_protocol(skb, htons(ETH_P_IPV6), 0) || (added && adjust_room(skb, added, BPF_ADJ_ROOM_MAC, 0)) ||
		store(skb, L3 - 2, &start->type, written, 0))
		return drop(FAILED, skb);
	if (fragment && store(skb, L3 - 2 + written, &start->about_fragment, sizeof(start->about_fragment), 0))
		return drop(FAILED, skb);
	__u32 l4 = L3 + sizeof(struct ipv6hdr);
	__s64 sum = sum_of(skb, l4, length, icmp_pseudo_header(&start->ip6, length), CHUNKS_OF_ERROR);
	if (sum < 0)
		return drop(MALFORMED, skb);
	__be16 checksum = ~fold(sum);
	store(skb, l4 + 2, &checksum, sizeof(checksum), 0);
	add(TO_IPV6, skb);
	return TC_ACT_OK;
}

// The checksum that UDP has to have over IPv6 and may lack over IPv4. 0 if there is one, else a counter.
INLINE __u32 complete_udp(struct __sk_buff *skb, const struct payload *payload, const struct ipv6hdr *ip6, __u32 length, int *done)
{
	__be16 checksum;
	if (load(skb, payload->offset + 6, &checksum, sizeof(checksum)))
		return MALFORMED;
	if (checksum)
		return 0;
	if (payload->is_fragment)
		return UNTRANSLATABLE; // RFC 7915, section 4.5
	struct {
		struct in6_addr source, destination;
		__be32 length, next_header;
	} pseudo = {ip6->saddr, ip6->daddr, htonl(length), htonl(IPPROTO_UDP)};
	__u32 seed = checksum_difference(0, 0, (void *)&pseudo, sizeof(pseudo), 0);
	__s64 sum = sum_of(skb, payload->offset, length, seed, CHUNKS_OF_PACKET);
	if (sum < 0)
		return MALFORMED;
	checksum = ~fold(sum);
	checksum = checksum ? checksum : 0xffff;
	*done = 1;
	return store(skb, payload->offset + 6, &checksum, sizeof(checksum), 0) ? FAILED : 0;
}

INLINE int to_ipv6(struct __sk_buff *skb)
{
	__u32 zero = 0;
	const struct configuration *config = map_lookup(&nat64_config, &zero);
	struct start_of_ipv6 start = {.type = htons(ETH_P_IPV6)};
	struct iphdr ip;
	struct payload payload;
	if (skb->protocol != htons(ETH_P_IP) || !config || load(skb, L3, &ip, sizeof(ip)))
		return TC_ACT_SHOT; // what a link is for itself
	struct in6_addr *pod = map_lookup(&nat64_pool, &ip.daddr);
	if (!pod)
		return drop(UNKNOWN_POD, skb);
	start.ip6.daddr = *pod;
	embed(config, ip.saddr, &start.ip6.saddr);
	__u32 wrong = read_ipv4(L3, &ip, &payload);
	if (wrong)
		return drop(wrong, skb);
	__u32 length = ntohs(ip.tot_len);
	if (length < sizeof(ip) + payload.extensions || L3 + length > skb->len)
		return drop(MALFORMED, skb);
	length -= sizeof(ip) + payload.extensions;
	__be16 before = 0;
	int done = 0;
	if (payload.protocol == IPPROTO_ICMP) {
		if (payload.is_fragment)
			return drop(UNTRANSLATABLE, skb);
		if (load(skb, payload.offset, &start.icmp, sizeof(start.icmp)))
			return drop(MALFORMED, skb);
		if (is_error_of_ipv4(start.icmp.type))
			return error_to_ipv6(skb, config, &ip, &payload, &start);
		before = *(__be16 *)&start.icmp;
		if (to_icmp_of_ipv6(&start.icmp, 0))
			return drop(UNTRANSLATABLE, skb);
	} else if (payload.protocol == IPPROTO_UDP && !payload.fragment) {
		wrong = complete_udp(skb, &payload, &start.ip6, length, &done);
		if (wrong)
			return drop(wrong, skb);
	}
	__be16 message = *(__be16 *)&start.icmp;
	__u32 added = payload.is_fragment ? sizeof(struct fragment_header) : 0;
	header_of_ipv6(&ip, &payload, length + added, &start.ip6);
	if (payload.is_fragment)
		fragment_header_of(&payload, &start.fragment);
	if (change_protocol(skb, htons(ETH_P_IPV6), 0))
		return drop(FAILED, skb);
	if (added != payload.extensions && adjust_room(skb, added - payload.extensions, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO))
		return drop(FAILED, skb);
	if (store(skb, L3 - 2, &start.type, 2 + sizeof(start.ip6), 0))
		return drop(FAILED, skb);
	__u32 l4 = L3 + sizeof(struct ipv6hdr) + added;
	if (added && store(skb, l4 - added, &start.fragment, sizeof(start.fragment), 0))
		return drop(FAILED, skb);
	__u32 at = checksum_at(payload.protocol);
	if (payload.protocol == IPPROTO_ICMP) {
		replace_checksum(skb, l4 + 2, 0, icmp_pseudo_header(&start.ip6, length), BPF_F_PSEUDO_HDR);
		replace_checksum(skb, l4 + 2, before, message, 2);
		store(skb, l4, &message, 2, 0);
	} else if (at && !payload.fragment && !done) {
		__u32 difference = ~address_difference(&start.ip6, &ip);
		if (replace_checksum(skb, l4 + at, 0, difference, BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0))
			return drop(MALFORMED, skb);
	}
	add(TO_IPV6, skb);
	return TC_ACT_OK;
}
