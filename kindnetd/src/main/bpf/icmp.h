// ICMP: RFC 7915, sections 4.2, 4.3, 5.2 and 5.3.
#pragma once

#include "packet.h"

// linux/icmp.h includes linux/if.h, and the C library with it, for this alone
#define _LINUX_IF_H
#define IFNAMSIZ 16
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#define IPV6_SMALLEST_MTU 1280

// type and code, and the four bytes after the checksum
struct icmp {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be32 rest;
};

INLINE int is_error_of_ipv6(__u8 type)
{
	return type < 128;
}

INLINE int is_error_of_ipv4(__u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB;
}

// Where a field of the header of IPv6 is in IPv4; -1 for nowhere.
INLINE int pointer_in_ipv4(__u32 pointer)
{
	if (pointer <= 1)
		return pointer;
	if (pointer == 4 || pointer == 5)
		return 2; // length
	if (pointer == 6)
		return 9; // protocol
	if (pointer == 7)
		return 8; // hop limit
	if (pointer >= 8 && pointer < 24)
		return 12; // source
	return pointer >= 24 && pointer < 40 ? 16 : -1;
}

INLINE int pointer_in_ipv6(__u32 pointer)
{
	if (pointer <= 1)
		return pointer;
	if (pointer == 2 || pointer == 3)
		return 4; // length
	if (pointer == 8)
		return 7; // hop limit
	if (pointer == 9)
		return 6; // next header
	if (pointer >= 12 && pointer < 16)
		return 8; // source
	return pointer >= 16 && pointer < 20 ? 24 : -1;
}

INLINE void become(struct icmp *icmp, __u8 type, __u8 code, __u32 rest)
{
	icmp->type = type;
	icmp->code = code;
	icmp->rest = htonl(rest);
}

// Type, code and what belongs to them, without the checksum. 0, or -1 if IPv4 has no such message.
INLINE int to_icmp_of_ipv4(struct icmp *icmp)
{
	__u32 rest = ntohl(icmp->rest);
	int pointer;
	switch (icmp->type) {
	case ICMPV6_ECHO_REQUEST:
		icmp->type = ICMP_ECHO;
		return 0;
	case ICMPV6_ECHO_REPLY:
		icmp->type = ICMP_ECHOREPLY;
		return 0;
	case ICMPV6_DEST_UNREACH:
		switch (icmp->code) {
		case ICMPV6_NOROUTE:
		case ICMPV6_NOT_NEIGHBOUR:
		case ICMPV6_ADDR_UNREACH:
			become(icmp, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
			return 0;
		case ICMPV6_ADM_PROHIBITED:
			become(icmp, ICMP_DEST_UNREACH, ICMP_HOST_ANO, 0);
			return 0;
		case ICMPV6_PORT_UNREACH:
			become(icmp, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
			return 0;
		default:
			return -1;
		}
	case ICMPV6_PKT_TOOBIG:
		become(icmp, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, rest > 0xffff ? 0xffff : rest < 88 ? 68 : rest - 20);
		return 0;
	case ICMPV6_TIME_EXCEED:
		become(icmp, ICMP_TIME_EXCEEDED, icmp->code, 0);
		return 0;
	case ICMPV6_PARAMPROB:
		if (icmp->code == ICMPV6_UNK_NEXTHDR) {
			become(icmp, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
			return 0;
		}
		pointer = pointer_in_ipv4(rest);
		if (icmp->code != ICMPV6_HDR_FIELD || pointer < 0)
			return -1;
		become(icmp, ICMP_PARAMETERPROB, 0, (__u32)pointer << 24);
		return 0;
	default:
		return -1;
	}
}

// RFC 1191, section 7: what routers that do not tell the MTU may mean
INLINE __u32 plateau(__u32 length)
{
	if (length > 32000)
		return 32000;
	if (length > 17914)
		return 17914;
	if (length > 8166)
		return 8166;
	if (length > 4352)
		return 4352;
	if (length > 2002)
		return 2002;
	return length > 1492 ? 1492 : 1260;
}

// As to_icmp_of_ipv4, the other way. `length` is that of the packet that the message is about.
INLINE int to_icmp_of_ipv6(struct icmp *icmp, __u32 length)
{
	__u32 rest = ntohl(icmp->rest);
	int pointer;
	switch (icmp->type) {
	case ICMP_ECHO:
		icmp->type = ICMPV6_ECHO_REQUEST;
		return 0;
	case ICMP_ECHOREPLY:
		icmp->type = ICMPV6_ECHO_REPLY;
		return 0;
	case ICMP_DEST_UNREACH:
		switch (icmp->code) {
		case ICMP_NET_UNREACH:
		case ICMP_HOST_UNREACH:
		case ICMP_SR_FAILED:
		case ICMP_NET_UNKNOWN:
		case ICMP_HOST_UNKNOWN:
		case ICMP_HOST_ISOLATED:
		case ICMP_NET_UNR_TOS:
		case ICMP_HOST_UNR_TOS:
			become(icmp, ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE, 0);
			return 0;
		case ICMP_PROT_UNREACH:
			become(icmp, ICMPV6_PARAMPROB, ICMPV6_UNK_NEXTHDR, 6);
			return 0;
		case ICMP_PORT_UNREACH:
			become(icmp, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
			return 0;
		case ICMP_FRAG_NEEDED:
			rest &= 0xffff;
			rest = (rest ? rest : plateau(length)) + 20;
			become(icmp, ICMPV6_PKT_TOOBIG, 0, rest < IPV6_SMALLEST_MTU ? IPV6_SMALLEST_MTU : rest);
			return 0;
		case ICMP_NET_ANO:
		case ICMP_HOST_ANO:
		case ICMP_PKT_FILTERED:
		case ICMP_PREC_CUTOFF:
			become(icmp, ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED, 0);
			return 0;
		default:
			return -1;
		}
	case ICMP_TIME_EXCEEDED:
		become(icmp, ICMPV6_TIME_EXCEED, icmp->code, 0);
		return 0;
	case ICMP_PARAMETERPROB:
		pointer = pointer_in_ipv6(rest >> 24);
		if ((icmp->code != 0 && icmp->code != 2) || pointer < 0)
			return -1;
		become(icmp, ICMPV6_PARAMPROB, ICMPV6_HDR_FIELD, pointer);
		return 0;
	default:
		return -1;
	}
}
