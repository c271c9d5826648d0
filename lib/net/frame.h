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
 * References: IEEE 802.3 clause 3, IEEE 802.1Q clause 9.
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

enum { FRAME_TAGS_AT_MOST = 4 };

struct frame {
	struct mac dst;			   /* valid if has_dst */
	struct mac src;			   /* valid if has_src */
	uint16_t vlan[FRAME_TAGS_AT_MOST]; /* VLAN ids, the outermost first */
	uint8_t tag_count;		   /* valid entries of vlan */
	enum family family;		   /* FAMILY_OTHER unless has_type */
	bool has_dst;
	bool has_src;
	bool has_type;	    /* the EtherType behind the tags was seen */
	bool too_many_tags; /* a fifth tag: has_type stays false */
};

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
	/* 802.1Q, 802.1ad, and the two TPIDs used before 802.1ad was one */
	while (__builtin_expect(type == 0x8100 || type == 0x88a8 ||
				    type == 0x9100 || type == 0x9200,
				0)) {
		uint16_t control = cursor_be16(&c);

		if (!cursor_ok(&c))
			break;
		if (f.tag_count == FRAME_TAGS_AT_MOST) {
			f.too_many_tags = true;
			return f;
		}
		f.vlan[f.tag_count++] = control & 0x0fff;
		type = cursor_be16(&c);
	}
	f.has_type = cursor_ok(&c);
	if (f.has_type && type == 0x0800)
		f.family = FAMILY_IPV4;
	else if (f.has_type && type == 0x86dd)
		f.family = FAMILY_IPV6;
	return f;
}

/** "ipv4", "ipv6" or "other", as in every interface of the project. */
const char *family_name(enum family family);

#endif
