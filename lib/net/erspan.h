/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_ERSPAN_H
#define LANTERNE_NET_ERSPAN_H

/*
 * erspan — a mirrored frame that came in GRE.
 *
 * Type I is a frame right behind the GRE header; so is what a Nexus 3000 calls
 * a generic header, and GRE's own protocol for frames. Type II says session
 * and VLAN, type III also the direction. Which of these two it is, the header's
 * own version tells, not GRE's protocol. Packets of type III that carry no
 * Ethernet frame (markers of time, bare IP) are told as such.
 *
 * References: RFC 2784, RFC 2890 (GRE), RFC 1701 (bits that stand unused),
 * draft-foschiano-erspan-03 sections 4.1 to 4.3, RFC 7637 section 3.2.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/cursor.h"

enum {
	ERSPAN_PROTOCOL_GRE = 47,   /* of IP */
	ERSPAN_SESSIONS_MAX = 1024, /* ten bits */
};

enum erspan_result {
	ERSPAN_FRAME,	  /* there is one */
	ERSPAN_NO_ERSPAN, /* GRE that carries something else, or says nothing */
	ERSPAN_NO_FRAME,  /* type III: a marker, or no Ethernet frame */
	ERSPAN_UNKNOWN,	  /* a version of GRE or ERSPAN that is not known */
	ERSPAN_CUT,	  /* it ends before the frame */
};

struct erspan {
	uint8_t type;	 /* 1, 2 or 3 */
	bool is_general; /* GRE's own protocol for frames, which others use too
			  */
	bool has_sequence;
	bool is_truncated;     /* the frame was longer; types II and III */
	bool has_direction;    /* type III */
	bool is_egress;	       /* valid if has_direction */
	uint16_t session;      /* types II and III, else 0 */
	uint16_t vlan;	       /* that the frame was in; 0: not said */
	uint32_t sequence;     /* of GRE; valid if has_sequence */
	uint32_t header_bytes; /* of GRE and ERSPAN, before the frame */
	struct cursor frame;   /* as far as it was captured */
};

/** Whether this may be ERSPAN, by as much as there is of a GRE header. */
bool erspan_may_be(struct cursor c);

/**
 * Read from the GRE header on.
 *
 * @param c    what the IP packet carries
 * @param out  filled as far as it was understood; whole with ERSPAN_FRAME
 */
enum erspan_result erspan_read(struct cursor c, struct erspan *out);

#endif
