// What programs may ask of the kernel: the helpers of linux/bpf.h that are used here, and how an object file says what a map is.
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>

#define SECTION(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))

// one map in the section "maps"; Java's BpfObject reads the same
struct map_definition {
	__u32 type; // BPF_MAP_TYPE_
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
	__u32 flags; // BPF_F_
};

static void *(*map_lookup)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static __u32 (*random_u32)(void) = (void *)BPF_FUNC_get_prandom_u32;
static long (*load)(const struct __sk_buff *skb, __u32 offset, void *to, __u32 length) = (void *)BPF_FUNC_skb_load_bytes;
static long (*store)(struct __sk_buff *skb, __u32 offset, const void *from, __u32 length, __u64 flags) =
	(void *)BPF_FUNC_skb_store_bytes;
static long (*change_protocol)(struct __sk_buff *skb, __be16 protocol, __u64 flags) = (void *)BPF_FUNC_skb_change_proto;
static long (*adjust_room)(struct __sk_buff *skb, __s32 bytes, __u32 mode, __u64 flags) = (void *)BPF_FUNC_skb_adjust_room;
static __s64 (*checksum_difference)(const void *from, __u32 from_length, const void *to, __u32 to_length, __u32 seed) =
	(void *)BPF_FUNC_csum_diff;
static long (*replace_checksum)(struct __sk_buff *skb, __u32 offset, __u64 from, __u64 to, __u64 flags) =
	(void *)BPF_FUNC_l4_csum_replace;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define htons(value) ((__be16)__builtin_bswap16(value))
#define htonl(value) ((__be32)__builtin_bswap32(value))
#else
#define htons(value) ((__be16)(value))
#define htonl(value) ((__be32)(value))
#endif
#define ntohs htons
#define ntohl htonl
