/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/erspan.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000, /* RFC 1701; nobody sends it */
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_VERSION = 0x0007,
	TYPE_ETHERNET = 0x6558, /* frames in GRE */
	TYPE_ERSPAN = 0x88be,
	TYPE_ERSPAN_III = 0x22eb,
	VERSION_II = 1, /* as ERSPAN counts */
	VERSION_III = 2,
	FRAME_TYPE_ETHERNET = 0,
	SUBHEADER_SIZE = 8,
};

static bool carries_frames(uint16_t protocol)
{
	return protocol == TYPE_ETHERNET || protocol == TYPE_ERSPAN ||
	       protocol == TYPE_ERSPAN_III;
}

/* The first word, which types II and III have alike but for two bits. */
static void read_first_word(uint32_t word, struct erspan *out)
{
	out->vlan = word >> 16 & 0x0fff;
	out->is_truncated = (word >> 10 & 1) != 0;
	out->session = word & 0x03ff;
}

static enum erspan_result read_type_iii(struct cursor *c, struct erspan *out)
{
	uint32_t word;
	uint32_t frame_type;

	cursor_skip(c, 4); /* time stamp */
	word = cursor_be32(c);
	frame_type = word >> 10 & 0x1f;
	out->has_direction = true;
	out->is_egress = (word >> 3 & 1) != 0;
	if (word & 1)
		cursor_skip(c, SUBHEADER_SIZE);
	if (!cursor_ok(c))
		return ERSPAN_CUT;
	return frame_type == FRAME_TYPE_ETHERNET ? ERSPAN_FRAME
						 : ERSPAN_NO_FRAME;
}

static enum erspan_result read_versioned(struct cursor *c, struct erspan *out)
{
	uint32_t word = cursor_be32(c);
	uint32_t version = word >> 28;

	if (!cursor_ok(c))
		return ERSPAN_CUT;
	if (version != VERSION_II && version != VERSION_III)
		return ERSPAN_UNKNOWN;
	read_first_word(word, out);
	out->type = version == VERSION_II ? 2 : 3;
	if (version == VERSION_III)
		return read_type_iii(c, out);
	cursor_skip(c, 4); /* an index that each platform has its own */
	return cursor_ok(c) ? ERSPAN_FRAME : ERSPAN_CUT;
}

/* The optional words of GRE. */
static void read_gre_options(struct cursor *c, uint16_t flags,
			     struct erspan *out)
{
	if (flags & GRE_CHECKSUM)
		cursor_skip(c, 4);
	if (flags & GRE_KEY)
		cursor_skip(c, 4);
	out->has_sequence = (flags & GRE_SEQUENCE) != 0;
	if (out->has_sequence)
		out->sequence = cursor_be32(c);
}

bool erspan_may_be(struct cursor c)
{
	uint16_t protocol;

	cursor_skip(&c, 2); /* flags */
	protocol = cursor_be16(&c);
	return protocol == TYPE_ERSPAN || protocol == TYPE_ERSPAN_III;
}

enum erspan_result erspan_read(struct cursor c, struct erspan *out)
{
	const size_t all = cursor_left(&c);
	uint16_t flags = cursor_be16(&c);
	uint16_t protocol = cursor_be16(&c);
	enum erspan_result result = ERSPAN_FRAME;

	*out = (struct erspan){ .type = 1,
				.is_general = protocol == TYPE_ETHERNET };
	if (!cursor_ok(&c) || !carries_frames(protocol))
		return ERSPAN_NO_ERSPAN;
	if (flags & (GRE_VERSION | GRE_ROUTING))
		return ERSPAN_UNKNOWN;
	read_gre_options(&c, flags, out);
	if (!cursor_ok(&c))
		return ERSPAN_CUT;
	/* The sequence bit alone tells type II from type I, which has no
	 * header of its own; type III was seen without. */
	if (protocol == TYPE_ERSPAN_III ||
	    (protocol == TYPE_ERSPAN && out->has_sequence))
		result = read_versioned(&c, out);
	if (result == ERSPAN_FRAME && cursor_left(&c) == 0)
		result = ERSPAN_CUT;
	out->header_bytes = (uint32_t)(all - cursor_left(&c));
	out->frame = c;
	return result;
}
