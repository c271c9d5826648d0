/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ACCESS_H
#define LANTERNE_WEB_ACCESS_H

/*
 * access — who sees what, in one place.
 *
 * Auditors and operators see everything. What others see of the exchange, its
 * members, pairs and ports, web.show says; by default the exchange's sums are
 * public, and a member sees what is its own: a pair is its two ends', a port
 * that of the members on it, if they are all one's own.
 *
 * What is not one's own is hidden: the answer is the one to what does not
 * exist, and is decided by what one has, before anything is looked up.
 */

#include <stdbool.h>
#include <stdint.h>

#include "ixp/config.h"
#include "web/page.h"
#include "web/ports.h"

/* What an address is about, and where it says so. */
enum access_of {
	ACCESS_OF_NOTHING,  /* to all: programs, styles, the way in */
	ACCESS_OF_EXCHANGE, /* web.show's kinds without an owner */
	ACCESS_OF_INFRASTRUCTURE,
	ACCESS_OF_LOCATION,
	ACCESS_OF_VLAN,
	ACCESS_OF_SWITCH,
	ACCESS_OF_MEMBERS,
	ACCESS_OF_MEMBER,  /* AS64500 in the path */
	ACCESS_OF_PEERS,   /* the same, for all its pairs */
	ACCESS_OF_PAIR,	   /* two of these */
	ACCESS_OF_PORT,	   /* a switch and an ifIndex in the path */
	ACCESS_OF_SERIES,  /* a kind in the path, the rest in the query */
	ACCESS_OF_SCALED,  /* a member's pairs: asn= in the query */
	ACCESS_OF_GRAPHER, /* the same by IXP Manager's ids */
	ACCESS_OF_USER,	   /* one's own account */
	ACCESS_OF_METRICS, /* the same, and addresses of web.metrics_from */
	ACCESS_OF_STAFF,   /* auditors and operators */
};

enum access_verdict {
	ACCESS_SHOWN,
	ACCESS_HIDDEN, /* as if there were none */
	ACCESS_LOGIN,  /* perhaps after logging in */
};

/** Whether one sees everything. */
bool access_all(const struct call *call);

/** Whether who asks is known, and not the public. */
bool access_is_known(const struct call *call);

/** Whether one sees the graphs of a kind that are nobody's own. */
bool access_kind(const struct call *call, enum config_shown kind);

/** What becomes of a request for something of that kind. */
enum access_verdict access_check(const struct call *call, enum access_of of);

/** Whether one sees a member's own page and graphs. */
bool access_member(const struct call *call, uint32_t asn);

/** Whether one sees what two members exchange. */
bool access_pair(const struct call *call, uint32_t asn, uint32_t peer_asn);

/** Whether one sees with whom a member exchanges traffic: its own alone, for
 * among its peers may be some who opted out. */
bool access_peers(const struct call *call, uint32_t asn);

/** Whether one sees a port's own page and graphs. */
bool access_port(const struct call *call, const struct port_row *row);

/** The verdict on two members' traffic, or on one's, if both are that one. */
enum access_verdict access_of_members(const struct call *call,
				      enum config_shown kind, uint32_t asn,
				      uint32_t peer_asn);

/** Answer as if there were nothing. */
void access_hide(const struct call *call, struct response *r);

#endif
