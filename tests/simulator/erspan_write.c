/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "erspan_write.h"

#include "put.h"

enum {
	GRE_SEQUENCE = 0x1000,
	GRE_ERSPAN_I_II = 0x88be,
	GRE_ERSPAN_III = 0x22eb,
	VERSION_II = 1,
	VERSION_III = 2,
	TAG_IN_FRAME = 3, /* type II: the trunk's tag was left where it was */
	FRAME_ETHERNET = 0,
	FRAME_MARKER = 7, /* seen in real captures; the draft has no name */
	GRANULARITY_100NS = 1,
	GRANULARITY_1588 = 2, /* seconds stand in the subheader */
	PLATFORM = 5,
	SECOND = 1000000,
};

size_t erspan_head_bytes(enum erspan_type type)
{
	static const uint8_t bytes[] = {
		[ERSPAN_OFF] = 0,
		[ERSPAN_I] = 4,
		[ERSPAN_II] = 8 + 8,
		[ERSPAN_III] = 8 + 12,
		[ERSPAN_III_LONG] = 8 + 12 + 8,
	};

	return bytes[type];
}

/* Section 4.1: GRE without any option. */
static uint8_t *put_gre(uint8_t *at, const struct erspan_write *e)
{
	if (e->type == ERSPAN_I) {
		at = put_be16(at, 0);
		return put_be16(at, GRE_ERSPAN_I_II);
	}
	at = put_be16(at, GRE_SEQUENCE);
	at = put_be16(at,
		      e->type == ERSPAN_II ? GRE_ERSPAN_I_II : GRE_ERSPAN_III);
	return put_be32(at, e->sequence);
}

/* The first word of types II and III; class of service 0. */
static uint8_t *put_session(uint8_t *at, const struct erspan_write *e,
			    uint32_t version, uint32_t two_bits)
{
	return put_be32(at, version << 28 | (uint32_t)e->vlan << 16 |
				two_bits << 11 | (uint32_t)e->truncated << 10 |
				e->session);
}

/* Section 4.2. */
static uint8_t *put_type_2(uint8_t *at, const struct erspan_write *e)
{
	at = put_session(at, e, VERSION_II, e->tagged ? TAG_IN_FRAME : 0);
	return put_be32(at, e->port_number);
}

/*
 * Section 4.3. The bit for a PDU stays 0, with frames too, as in captures of
 * real switches. Timestamps wrap.
 */
static uint8_t *put_type_3(uint8_t *at, const struct erspan_write *e)
{
	bool subheader = e->type == ERSPAN_III_LONG && !e->marker;
	uint32_t frame_type = e->marker ? FRAME_MARKER : FRAME_ETHERNET;
	uint32_t granularity = subheader ? GRANULARITY_1588 : GRANULARITY_100NS;

	at = put_session(at, e, VERSION_III, 0);
	at = put_be32(
	    at, (uint32_t)(subheader ? e->us % SECOND * 1000 : e->us * 10));
	at = put_be16(at, 0); /* no security group tag */
	at = put_be16(at, frame_type << 10 | (uint32_t)e->egress << 3 |
			      granularity << 1 | (uint32_t)subheader);
	if (!subheader)
		return at;
	at =
	    put_be32(at, (uint32_t)PLATFORM << 26 |
			     (uint32_t)e->switch_number << 16 | e->port_number);
	return put_be32(at, (uint32_t)(e->us / SECOND));
}

uint8_t *erspan_write(uint8_t *at, const struct erspan_write *e)
{
	at = put_gre(at, e);
	if (e->type == ERSPAN_I)
		return at;
	return e->type == ERSPAN_II ? put_type_2(at, e) : put_type_3(at, e);
}

uint8_t *erspan_write_marker(uint8_t *at, uint64_t us)
{
	at = put_be32(at, (uint32_t)(us / SECOND));
	at = put_be32(at, (uint32_t)(us % SECOND));
	return put_zero(at, ERSPAN_MARKER_BYTES - 8);
}
