/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PROPOSAL_H
#define LANTERNE_COLLECTOR_PROPOSAL_H

/*
 * proposal — what the ports of the switches are, judged by what was learned:
 * whose stations enter there, which ones make a LAG, which join switches.
 *
 * A function of its arguments; nothing is attributed by it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/bindings.h"
#include "collector/learned_file.h"
#include "util/attr.h"

enum proposal_kind {
	PROPOSAL_OPEN,	   /* nobody's station was seen for sure */
	PROPOSAL_MEMBERS,  /* a member's, or a reseller's */
	PROPOSAL_LAG_PORT, /* a member port: its LAG says whose it is */
	PROPOSAL_CORE,	   /* behind it are ports of others */
};

/* A member whose stations were seen at a port. */
struct proposal_member {
	uint32_t asn;
	uint64_t samples;
	bool sure; /* not just a stray, or passing by */
};

struct proposal {
	uint32_t switch_index;
	uint32_t ifindex;
	const struct port *configured; /* NULL: it is not */
	enum proposal_kind kind;       /* also of a configured one */
	const char *name;   /* borrowed from ports; NULL: nothing is known */
	bool named;	    /* else the name is guessed by the number */
	bool name_taken;    /* another port of the switch has it too */
	uint64_t speed_bps; /* 0: not known */
	uint32_t aggregate; /* ifIndex of its LAG; its own: none */
	size_t first_member;
	size_t member_count;
	uint32_t sure_count;	  /* of the members */
	uint64_t samples;	  /* of members' stations */
	uint32_t stations;	  /* that enter here for sure */
	uint32_t owned_elsewhere; /* of them: enter another switch by a port of
				   * fewer members */
	uint32_t doubtful; /* of them: enter another switch, and neither port is
			    * known to be a core port */
};

struct proposals {
	const struct registry *registry; /* borrowed */
	struct proposal *all;		 /* by switch and ifIndex */
	size_t count;
	struct proposal_member *members; /* by ASN within their port */
	size_t member_count;
};

/**
 * Judge.
 *
 * @param ports  borrowed while out is in use
 * @param out    on success to be freed by proposals_fini
 * @return 0 or -ENOMEM
 */
MUST_CHECK int proposals_make(struct proposals *out, const struct bindings *b,
			      const struct learned_ports *ports);
void proposals_fini(struct proposals *p);

/** The port of a switch, or NULL. */
const struct proposal *proposals_find(const struct proposals *p,
				      uint32_t switch_index, uint32_t ifindex);

/** True if the member is on that port by the configuration. */
bool proposal_expects(const struct proposals *p, const struct proposal *port,
		      uint32_t asn);

/** True of a member port whose LAG is configured: that says whose it is. */
bool proposal_is_covered(const struct proposals *p,
			 const struct proposal *port);

#endif
