// From IPv6 to IPv4: RFC 7915, section 5. Packets come from pods.
#pragma once

#include "icmp.h"

// what a packet of IPv4 begins with here, from the type of its frame on
struct start_of_ipv4 {
	__u16 unused;
	__be16 type;
	struct iphdr ip;
	// of errors only
	struct icmp icmp;
	struct iphdr about;
};

// Changes the checksum of the packet that an error is about, and its type where it is an echo, as far as they are there.
INLINE void quoted_to_ipv4(struct __sk_buff *skb, const struct payload *quoted, const struct ipv6hdr *ip6, const struct iphdr *ip)
{
	__u32 at = checksum_at(quoted->protocol);
	__be16 checksum;
	if (quoted->fragment)
		return;
	if (quoted->protocol == ICMPV6) {
		struct icmp icmp;
		if (load(skb, quoted->offset, &icmp, sizeof(icmp)) || is_error_of_ipv6(icmp.type))
			return;
		__u32 pseudo = icmp_pseudo_header(ip6, ntohs(ip6->payload_len) - quoted->extensions);
		__be16 before = *(__be16 *)&icmp;
		if (to_icmp_of_ipv4(&icmp))
			return;
		__u64 sum = (__u64)(__u16)~icmp.checksum + (__u32)~pseudo + (__u16)~before + *(__be16 *)&icmp;
		icmp.checksum = ~fold(sum);
		store(skb, quoted->offset, &icmp, sizeof(icmp), 0);
	} else if (at && !load(skb, quoted->offset + at, &checksum, sizeof(checksum)) && checksum) {
		checksum = ~fold((__u64)(__u16)~checksum + address_difference(ip6, ip));
		store(skb, quoted->offset + at, &checksum, sizeof(checksum), 0);
	}
}

// An error is about a packet that went to the pod.
INLINE int error_to_ipv4(struct __sk_buff *skb, const struct configuration *config, const struct ipv6hdr *ip6,
	const struct payload *payload, struct start_of_ipv4 *start)
{
	struct ipv6hdr quoted_ip6;
	struct payload quoted;
	__u32 header = payload->offset + sizeof(struct icmp);
	if (load(skb, header, &quoted_ip6, sizeof(quoted_ip6)))
		return drop(MALFORMED, skb);
	__u32 wrong = read_ipv6(skb, header, &quoted_ip6, &quoted);
	if (wrong)
		return drop(wrong, skb);
	__be32 *pod = map_lookup(&nat64_pods, &quoted_ip6.daddr);
	if (!pod)
		return drop(UNKNOWN_POD, skb);
	start->about.daddr = *pod;
	if (extract(config, &quoted_ip6.saddr, &start->about.saddr))
		return drop(OTHER_PREFIX, skb);
	if (!start->ip.saddr)
		start->ip.saddr = *pod; // from this node, on the pod's behalf
	if (to_icmp_of_ipv4(&start->icmp))
		return drop(UNTRANSLATABLE, skb);
	__u32 removed = payload->extensions + quoted.extensions + sizeof(struct ipv6hdr) - sizeof(struct iphdr);
	__u32 length = ntohs(ip6->payload_len) + sizeof(struct iphdr) - removed;
	if (length > 0xffff || removed > 2048)
		return drop(MALFORMED, skb);
	__u32 quoted_length = ntohs(quoted_ip6.payload_len) - quoted.extensions + sizeof(struct iphdr);
	header_of_ipv4(&quoted_ip6, &quoted, quoted_length, quoted_length, &start->about);
	if (!quoted.is_fragment)
		start->about.id = 0; // which nobody knows any more
	seal(&start->about);
	header_of_ipv4(ip6, payload, length, length, &start->ip);
	seal(&start->ip);
	quoted_to_ipv4(skb, &quoted, &quoted_ip6, &start->about);
	start->icmp.checksum = 0;
	if (change_protocol(skb, htons(ETH_P_IP), 0) || adjust_room(skb, -(__s32)removed, BPF_ADJ_ROOM_MAC, 0) ||
		store(skb, L3 - 2, &start->type, sizeof(*start) - 2, 0))
		return drop(FAILED, skb);
	__s64 sum = sum_of(skb, L3 + sizeof(struct iphdr), length - sizeof(struct iphdr), 0, CHUNKS_OF_ERROR);
	if (sum < 0)
		return drop(MALFORMED, skb);
	__be16 checksum = ~fold(sum);
	store(skb, L3 + sizeof(struct iphdr) + 2, &checksum, sizeof(checksum), 0);
	add(TO_IPV4, skb);
	return TC_ACT_OK;
}

// So many options of a SYN segment are looked at; this one comes first in all that is common. More would be many ways for the verifier.
#define MAX_OPTIONS 5
#define OPTION_END 0
#define OPTION_NOTHING 1
#define OPTION_MSS 2

// Has the server send no segment that is too large for the way to the pod, which a fragment header makes shorter than others.
INLINE void limit_segments(struct __sk_buff *skb, __u32 tcp, __u32 max_segment)
{
	__u8 header[20];
	if (load(skb, tcp, header, sizeof(header)) || !(header[13] & 2))
		return;
	__u32 end = (header[12] >> 4) * 4;
	__u32 at = sizeof(header);
	for (int i = 0; i < MAX_OPTIONS; i++) {
		__u8 option[4];
		if (at + sizeof(option) > end || load(skb, tcp + at, option, sizeof(option)) || option[0] == OPTION_END)
			return;
		if (option[0] == OPTION_MSS && option[1] == 4) {
			__be16 limit = htons(max_segment);
			__be16 segment = *(__be16 *)&option[2];
			if (ntohs(segment) > max_segment && !replace_checksum(skb, tcp + 16, segment, limit, sizeof(limit)))
				store(skb, tcp + at + 2, &limit, sizeof(limit), 0);
			return;
		}
		at += option[0] == OPTION_NOTHING ? 1 : option[1];
		asm volatile("" : "+r"(at)); // one way from here, not one for each kind of option
	}
}

INLINE int to_ipv4(struct __sk_buff *skb)
{
	__u32 zero = 0;
	const struct configuration *config = map_lookup(&nat64_config, &zero);
	struct start_of_ipv4 start = {.type = htons(ETH_P_IP)};
	struct ipv6hdr ip6;
	struct payload payload;
	if (skb->protocol != htons(ETH_P_IPV6) || !config || load(skb, L3, &ip6, sizeof(ip6)) || ip6.daddr.s6_addr[0] == 0xff)
		return TC_ACT_SHOT; // what a link is for itself
	if (extract(config, &ip6.daddr, &start.ip.daddr))
		return drop(OTHER_PREFIX, skb);
	__u32 wrong = read_ipv6(skb, L3, &ip6, &payload);
	if (wrong)
		return drop(wrong, skb);
	__be32 *pool = map_lookup(&nat64_pods, &ip6.saddr);
	start.ip.saddr = pool ? *pool : 0;
	__u32 length = ntohs(ip6.payload_len);
	if (length < payload.extensions || payload.extensions > 1024 || L3 + sizeof(ip6) + length > skb->len)
		return drop(MALFORMED, skb);
	length = length - payload.extensions + sizeof(struct iphdr);
	if (payload.protocol == ICMPV6) {
		if (payload.is_fragment)
			return drop(UNTRANSLATABLE, skb);
		if (load(skb, payload.offset, &start.icmp, sizeof(start.icmp)))
			return drop(MALFORMED, skb);
		if (is_error_of_ipv6(start.icmp.type))
			return error_to_ipv4(skb, config, &ip6, &payload, &start);
	}
	if (!pool)
		return drop(UNKNOWN_POD, skb);
	struct icmp before = start.icmp;
	if (payload.protocol == ICMPV6 && to_icmp_of_ipv4(&start.icmp))
		return drop(UNTRANSLATABLE, skb);
	header_of_ipv4(&ip6, &payload, length, on_the_wire(skb, &payload, length), &start.ip);
	seal(&start.ip);
	if (change_protocol(skb, htons(ETH_P_IP), 0))
		return drop(FAILED, skb);
	if (payload.extensions && adjust_room(skb, -(__s32)payload.extensions, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO))
		return drop(FAILED, skb);
	if (store(skb, L3 - 2, &start.type, 2 + sizeof(start.ip), 0))
		return drop(FAILED, skb);
	__u32 l4 = L3 + sizeof(struct iphdr);
	__u32 at = checksum_at(payload.protocol);
	if (payload.protocol == ICMPV6) {
		__u32 pseudo = icmp_pseudo_header(&ip6, length - sizeof(struct iphdr));
		replace_checksum(skb, l4 + 2, 0, (__u32)~pseudo, BPF_F_PSEUDO_HDR);
		replace_checksum(skb, l4 + 2, *(__be16 *)&before, *(__be16 *)&start.icmp, 2);
		store(skb, l4, &start.icmp, 2, 0);
	} else if (at && !payload.fragment) {
		if (replace_checksum(skb, l4 + at, 0, address_difference(&ip6, &start.ip), BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0))
			return drop(MALFORMED, skb);
		if (payload.protocol == IPPROTO_TCP && config->max_segment)
			limit_segments(skb, l4, config->max_segment);
	}
	add(TO_IPV4, skb);
	return TC_ACT_OK;
}
