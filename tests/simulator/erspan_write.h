/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_ERSPAN_WRITE_H
#define LANTERNE_SIMULATOR_ERSPAN_WRITE_H

/*
 * erspan_write — what stands before a copy of a frame on its way to the
 * collector: GRE and ERSPAN of types I to III, as Cisco's switches send them.
 * Written from RFC 2784, RFC 2890 and draft-foschiano-erspan-03.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum erspan_type {
	ERSPAN_OFF, /* no header at all: SPAN */
	ERSPAN_I,
	ERSPAN_II,
	ERSPAN_III,
	ERSPAN_III_LONG, /* with the platform's subheader, and markers */
};

enum {
	ERSPAN_HEAD_MAX = 8 + 12 + 8,
	ERSPAN_MARKER_BYTES = 72, /* what a marker carries, no frame */
	ERSPAN_SESSION_MAX = 1023,
};

struct erspan_write {
	enum erspan_type type;
	uint32_t sequence; /* of its session; not type I */
	uint16_t session;
	uint16_t vlan;
	bool tagged; /* the frame carries its tag */
	bool truncated;
	bool egress;
	bool marker; /* type III */
	uint16_t switch_number;
	uint16_t port_number;
	uint64_t us; /* when it passed the port, microseconds of the epoch */
};

/** The length of the headers of a type. */
size_t erspan_head_bytes(enum erspan_type type);

/** Write the headers. @return behind them */
uint8_t *erspan_write(uint8_t *at, const struct erspan_write *e);

/** Write the ERSPAN_MARKER_BYTES of a marker's own. @return behind them */
uint8_t *erspan_write_marker(uint8_t *at, uint64_t us);

#endif
