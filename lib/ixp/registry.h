/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_REGISTRY_H
#define LANTERNE_IXP_REGISTRY_H

/*
 * registry — who is who: configuration and roster made into one set of
 * numbered members, VLAN interfaces, VLANs and ports, with the look-ups that
 * attribution needs. Built once, never changed, so readers need no lock.
 *
 * A VLAN interface is a member's presence in one VLAN. Its index is the
 * currency of accounting; index 0 stands for "no member".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/config.h"
#include "ixp/mac_table.h"
#include "ixp/ordinals.h"
#include "ixp/roster.h"
#include "util/u64map.h"

enum {
	REGISTRY_NOBODY = 0, /* no VLAN interface */
	REGISTRY_NO_MEMBER = 0xffffffff,
};

struct member {
	uint32_t asn;
	char *name;		  /* never NULL; "AS64500" if none given */
	uint32_t catch_all;	  /* its interface of VLAN 0; the placed ones
				   * follow it */
	uint32_t interface_count; /* placed ones: those with a VLAN */
	uint32_t mac_count;	  /* different ones */
	uint32_t port_count;	  /* ports of the configuration that it is on */
	uint64_t speed_bps; /* sum of the roster's interfaces; 0: not said */
};

struct vlan_interface {
	uint32_t member;  /* in members; REGISTRY_NO_MEMBER for index 0 */
	uint16_t vlan;	  /* 802.1Q tag; 0: the member's catch-all, for frames
			   * whose VLAN nothing tells */
	uint16_t ordinal; /* 1, 2, ... of this member in this VLAN, once and
			   * for all (ordinals.h); 0 for a catch-all */
	uint32_t ixp_id;  /* IXP Manager's vlaninterface.id, where its tree is
			   * written; 0: not known */
};

struct vlan {
	uint16_t tag;
	uint32_t roster_vlan;
	char *name; /* never NULL */
};

struct port {
	uint32_t switch_index;
	uint32_t ifindex;
	const struct config_port *config; /* borrowed; NULL: learned */
	/* indexes of its members, and of those of the LAG that it is in, and
	 * of its member ports where it is one */
	uint32_t *members;
	uint32_t member_count;
	uint16_t only_vlan; /* the one VLAN its members are in; 0: several,
			     * none, or no members */
	bool core;
	struct validity holds; /* when this is so */
};

/*
 * One MAC address in one VLAN. Those of one MAC are chained, in order of
 * their VLANs; no VLAN is in a chain twice.
 */
struct station {
	uint32_t interface;
	uint32_t next; /* in stations; U64MAP_NONE ends the chain */
	uint16_t vlan; /* 0: the exchange has no VLAN at all */
};

/* Switches whose traffic belongs together. */
struct registry_group {
	char *name;	    /* never NULL */
	uint32_t *switches; /* of the configuration, in its order */
	uint32_t switch_count;
};

struct registry {
	const struct config *config; /* borrowed */
	struct member *members;	     /* in order of their ASNs */
	uint32_t member_count;
	struct vlan_interface *interfaces; /* [0] is nobody */
	uint32_t interface_count;
	struct vlan *vlans; /* in order of their tags */
	uint32_t vlan_count;
	int64_t at_s;	       /* the moment that it is for */
	int64_t since_s;       /* when what it says began; 0: since ever */
	int64_t next_change_s; /* when it is no longer so; 0: never */
	struct port *ports; /* those of the configuration: port_count that hold
			     * at at_s, each once; then those of other times */
	uint32_t port_count;
	uint32_t all_port_count;
	uint32_t infrastructure_id; /* the roster's ixp_id */
	uint32_t ixf_id;	    /* its number at the IX-F; 0: not said */
	struct registry_group infrastructure; /* all switches */
	struct registry_group *locations; /* by name; of switches that say with
					   * roster_switch where they stand */
	uint32_t location_count;
	struct station *stations;
	uint32_t station_count;
	uint32_t table_station_count; /* of them, only in MAC tables */
	struct ordinals ordinals;     /* all that were ever given out */
	uint32_t without_ixp_id; /* interfaces with stations that lack it */
	struct u64map by_mac;	 /* MAC -> first of its stations */
	struct u64map by_port;	 /* registry_port_key -> port */
};

/* What a registry is made of; all borrowed. */
struct registry_parts {
	const struct config *config; /* for the registry's lifetime */
	const struct roster *roster; /* as the tables: during the call */
	struct mac_table *const *tables;
	size_t table_count;
	const struct ordinals *ordinals; /* known ones; NULL: none */
	int64_t at_s; /* the moment to build for, seconds of the epoch */
	struct mac_table *const *id_tables; /* say IXP Manager's ids */
	size_t id_table_count;
};

/**
 * Join configuration, roster and MAC tables.
 *
 * The exchange's VLANs are those of the configuration, or without any there
 * every VLAN of the roster, with its id as tag. A MAC of macs: belongs to its
 * member's first interface in its VLAN, which is made if the roster has none;
 * without a VLAN, to one in each VLAN that the member is in, or if it is in
 * none, in each of the exchange.
 *
 * A VLAN interface of a MAC table belongs to the member that has its address
 * in the roster in that VLAN, or else to the one that has one of its MACs
 * there by roster or macs:, or else to that of a VLAN interface without id
 * that has one of its MACs too. Its MACs that nobody has in that VLAN become
 * its own. Where tables contradict the first one counts. What cannot be told is
 * left out with a warning, not an error: learned addresses may be old ones.
 *
 * Where IXP Manager's tree is written, its id of a VLAN interface goes to the
 * interface that has its address in that VLAN, or else to the one of its MACs;
 * an interface has one id, the first. Those without any are warned of.
 *
 * Warned of: members without MACs or without ports, ASNs of macs: and ports:
 * that the roster does not know (they become members named after their number),
 * roster VLANs with members that the exchange does not have, and configuration
 * that this version reads but does not use. Errors: one MAC in one VLAN under
 * two members, a VLAN of macs: that the exchange does not have, a roster_switch
 * or roster_vlan that the roster does not have.
 *
 * What macs: and ports: say for a time is used at that time alone, but is
 * checked at once for all times: who is a member and in which VLANs does not
 * change with it. A MAC of macs: that has a from or an until goes before the
 * roster's, with a warning; the roster knows no times.
 *
 * @return 0, ERR_CONFIG (d says why) or -ENOMEM
 */
MUST_CHECK int registry_join(struct registry **out,
			     const struct registry_parts *parts,
			     struct diagnostics *d);

/** registry_join without MAC tables, for the time before any that is said. */
MUST_CHECK int registry_build(struct registry **out,
			      const struct config *config,
			      const struct roster *roster,
			      struct diagnostics *d);

/* What to load. */
struct registry_request {
	const char *path; /* of the configuration */
	int64_t at_s;	  /* the moment to build for, seconds of the epoch */
	/* known ones, borrowed during the call; NULL: those of the state_dir */
	const struct ordinals *ordinals;
	bool wants_mirror; /* frames come of which no source may be written:
			    * config_want_mirror */
};

/**
 * Load configuration, roster, MAC tables and ordinals and join them, for
 * programs' starts. At the end d says how much more there was than it shows.
 *
 * @param config  on success the configuration, to be freed after the registry
 * @param out     on success the registry
 * @return 0; ERR_CONFIG; -ENOENT (the configuration, roster or a table is
 *         missing)
 *         or another -errno; d says why, except for -ENOMEM
 */
MUST_CHECK int registry_load(struct registry **out, struct config **config,
			     const struct registry_request *request,
			     struct diagnostics *d);

/** Free a registry; NULL is fine. */
void registry_free(struct registry *registry);

/**
 * Whether another registry is to be built, since what macs and ports say has
 * changed: also back, if the clock was ahead by more than two seconds.
 */
bool registry_is_over(const struct registry *registry, int64_t now_s);

/** The member with this ASN, or NULL. */
const struct member *registry_member(const struct registry *registry,
				     uint32_t asn);

/** The VLAN with this 802.1Q tag, or NULL. */
const struct vlan *registry_vlan(const struct registry *registry, uint16_t tag);

/** The location of this name, or NULL. */
const struct registry_group *registry_location(const struct registry *registry,
					       const char *name);

/** Whether the configuration gives a port to a member, perhaps beside others.
 */
static inline bool port_has_member(const struct port *port, uint32_t member)
{
	for (uint32_t i = 0; i < port->member_count; i++) {
		if (port->members[i] == member)
			return true;
	}
	return false;
}

/**
 * The LAG of this switch that has a member port of this name, or NULL. The
 * first one, where several are said to have it.
 */
const struct port *registry_lag_of(const struct registry *registry,
				   uint32_t switch_index, const char *name);

/** The key of by_port. */
static inline uint64_t registry_port_key(uint32_t switch_index,
					 uint32_t ifindex)
{
	return (uint64_t)switch_index << 32 | ifindex;
}

/** The first station of a MAC address, or NULL; the others by its chain. */
static inline const struct station *registry_station(const struct registry *r,
						     struct mac mac)
{
	uint32_t index = u64map_find(&r->by_mac, mac.bits);

	return index == U64MAP_NONE ? NULL : &r->stations[index];
}

#endif
