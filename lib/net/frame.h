/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_FRAME_H
#define LANTERNE_NET_FRAME_H

/*
 * frame — the head of an Ethernet frame, as far as accounting needs it.
 *
 * A sampled header is cut anywhere. A cut yields fewer valid fields, never
 * different ones; it is no error. Until has_type the frame may have more tags
 * than were seen: that it has none is known with has_type only. Reads nothing
 * behind the EtherType: no address of a member's customer is ever looked at.
 *
 * A frame with a length in place of the type (802.3) is of the family that its
 * SNAP header names (RFC 1042), else other; what MPLS labels carry is other.
 * References: IEEE 802.3 clause 3, IEEE 802.1Q clause 9, IEEE 802.1BR (the
 * E-tag's forerunner VNTAG is Cisco's), RFC 1042.
 */

#include <stdbool.h>
#include <stdint.h>

#include "net/mac.h"
#include "util/cursor.h"

enum family {
	FAMILY_IPV4,
	FAMILY_IPV6,
	FAMILY_OTHER,
	FAMILY_COUNT,
};

enum {
	FRAME_TAGS_AT_MOST = 4,
	FRAME_SMALLEST_TYPE = 0x0600, /* below it is a length */
};

struct frame {
	struct mac dst;			   /* valid if has_dst */
	struct mac src;			   /* valid if has_src */
	uint16_t vlan[FRAME_TAGS_AT_MOST]; /* VLAN ids, the outermost first */
	uint8_t tag_count;		   /* valid entries of vlan */
	enum family family;		   /* FAMILY_OTHER unless has_type */
	bool has_dst;
	bool has_src;
	bool has_type; /* the EtherType behind the tags was seen */
	/* a fifth tag, or a second VNTAG: has_type stays false */
	bool too_many_tags;
};

/** The family of an EtherType. */
static inline enum family family_of_type(uint32_t type)
{
	return type == 0x0800	? FAMILY_IPV4
	       : type == 0x86dd ? FAMILY_IPV6
				: FAMILY_OTHER;
}

/** How much stands between this EtherType and the next; 0: it is no tag. */
size_t frame_tag_len(uint16_t type);

/**
 * Read on behind the addresses, from an EtherType that is none of the two
 * families': tags, lengths, anything else.
 *
 * @param c  stands behind type
 */
void frame_parse_rest(struct frame *f, struct cursor c, uint16_t type);

/** Read the head of a frame from its first byte on. */
static inline struct frame frame_parse(struct cursor c)
{
	struct frame f = { .family = FAMILY_OTHER };
	uint16_t type;

	f.dst = mac_read(&c);
	f.has_dst = cursor_ok(&c);
	f.src = mac_read(&c);
	f.has_src = cursor_ok(&c);
	type = cursor_be16(&c);
	f.has_type = cursor_ok(&c);
	f.family = family_of_type(type);
	if (__builtin_expect(f.family == FAMILY_OTHER && f.has_type, 0))
		frame_parse_rest(&f, c, type);
	return f;
}

/**
 * The frame's VLAN: the id of the outermost tag that has one. A priority tag
 * (VLAN 0) says none. 0: no tag seen says one.
 */
static inline uint16_t frame_vlan(const struct frame *f)
{
	for (uint8_t i = 0; i < f->tag_count; i++) {
		if (f->vlan[i])
			return f->vlan[i];
	}
	return 0;
}

/** "ipv4", "ipv6" or "other", as in every interface of the project. */
const char *family_name(enum family family);

#endif
