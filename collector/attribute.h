/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_ATTRIBUTE_H
#define LANTERNE_COLLECTOR_ATTRIBUTE_H

/*
 * attribute — from an observation to the members at its two ends.
 *
 * A function of its arguments alone. Each end is attributed by itself, by
 * VLAN and MAC address, and refused where the configuration gives the port
 * to somebody else.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/ledger.h"
#include "ixp/observation.h"
#include "ixp/registry.h"

/* Which samples of a switch are counted. */
enum counted {
	COUNTED_ANY,
	COUNTED_INGRESS, /* all but those certainly egress */
	COUNTED_EGRESS,	 /* all but those certainly ingress */
	COUNTED_BOTH,	 /* both sides, each in part (sides.h) */
};

/* Why a source address belongs to no member. */
enum stranger {
	STRANGER_NONE,	     /* it does belong to one */
	STRANGER_UNKNOWN,    /* nobody's address */
	STRANGER_WRONG_VLAN, /* a member's, who is not in that VLAN */
	STRANGER_WRONG_PORT, /* a member's, on a port of somebody else */
};

struct attribution {
	uint32_t from;	  /* VLAN interface, or REGISTRY_NOBODY */
	uint32_t claimed; /* whose the source address is, be the port whose it
			   * may */
	uint32_t to;	  /* the same; REGISTRY_NOBODY for a group address */
	uint16_t vlan;	  /* 802.1Q tag the frame was in; 0: unknown */
	enum stranger stranger; /* of the source address */
	/* The destination is a member's, and left by a port of others. */
	bool misdelivered;
	const struct station *source; /* of the source address; NULL: none */
};

/** What can be said of an observation before anybody is looked up; parameters
 * as below. @return DROP_NONE: nothing */
static inline enum drop_reason attribute_at_sight(const struct observation *o,
						  const struct port *port,
						  enum counted counted)
{
	if (port && port->core)
		return DROP_CORE_PORT;
	if (counted == COUNTED_INGRESS && o->direction == DIRECTION_EGRESS)
		return DROP_EGRESS_NOT_COUNTED;
	if (counted == COUNTED_EGRESS && o->direction == DIRECTION_INGRESS)
		return DROP_INGRESS_NOT_COUNTED;
	if (o->sampling_rate == 0)
		return DROP_NO_SAMPLING_RATE;
	if (!o->has_macs)
		return DROP_NO_ETHERNET_HEADER;
	return DROP_NONE;
}

/** As attribute, of an observation of which nothing can be said at sight. */
enum drop_reason attribute_ends(const struct registry *r,
				const struct observation *o,
				const struct port *port, enum counted counted,
				struct attribution *out);

/**
 * Attribute one observation.
 *
 * @param port     its data source as configured, NULL: not configured
 * @param counted  what is counted of its switch
 * @param out      filled if DROP_NONE, DROP_NO_MEMBER or DROP_WRONG_PORT is
 *                 returned
 * @return DROP_NONE when at least one end is a member's, else the reason
 */
static inline enum drop_reason attribute(const struct registry *r,
					 const struct observation *o,
					 const struct port *port,
					 enum counted counted,
					 struct attribution *out)
{
	enum drop_reason reason = attribute_at_sight(o, port, counted);

	return reason == DROP_NONE ? attribute_ends(r, o, port, counted, out)
				   : reason;
}

#endif
