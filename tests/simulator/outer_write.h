/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_OUTER_WRITE_H
#define LANTERNE_SIMULATOR_OUTER_WRITE_H

/*
 * outer_write — Ethernet and IP of what a switch sends to the collector, of the
 * version that the switch's address has. Collectors are 192.0.2.200 and
 * 2001:db8::c8.
 */

#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"

enum {
	OUTER_HEAD_MAX = 14 + 40,
	OUTER_UDP = 17,
	OUTER_GRE = 47,
};

struct outer {
	struct ipaddr from;
	uint8_t protocol;
	uint16_t ip_id; /* IPv4; not fragmented and not to be */
	size_t payload_bytes;
};

/** The length of both headers. */
size_t outer_head_bytes(const struct ipaddr *from);

/** Write both; the IP addresses come last. @return behind them */
uint8_t *outer_write(uint8_t *at, const struct outer *o);

#endif
