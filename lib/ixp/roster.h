/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_ROSTER_H
#define LANTERNE_IXP_ROSTER_H

/*
 * roster — the exchange's members, from an IX-F Member Export.
 *
 * Versions 0.6 to 1.0, read tolerantly: a field that is not needed may be
 * missing or odd, a needed one that is wrong is an error with its place, and
 * what is only doubtful is a warning. Source: IX-F Member Export JSON Schema,
 * euro-ix/json-schemas.
 *
 * An ASN that is listed twice is merged, with a warning. Connections of other
 * exchanges are left out, and with a warning those whose state says that they
 * carry no traffic (inactive, down, disabled, disconnected).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "net/mac.h"
#include "util/attr.h"
#include "util/diagnostics.h"

struct roster_vlan {
	uint32_t id;
	char *name; /* NULL: none given */
};

struct roster_switch {
	uint32_t id;
	char *name; /* NULL: none given */
	char *city; /* NULL: none given */
	char *colo; /* NULL: none given */
};

enum {
	ROSTER_SIZE_MAX = 64 << 20, /* bytes of a file that is read */
	ROSTER_NOWHERE = 0xffffffff,
};

/*
 * Where something stands in the file, as indexes into member_list,
 * connection_list and vlan_list; ROSTER_NOWHERE: not so deep.
 */
struct roster_where {
	uint32_t member;
	uint32_t connection;
	uint32_t vlan;
};

/* A member's presence in one VLAN, by one of its connections. */
struct roster_presence {
	uint32_t vlan_id;
	struct mac *macs; /* of both families, each once, in rising order */
	size_t mac_count;
	struct ipaddr addresses[2]; /* IPv4 and IPv6; version 0: none */
	struct roster_where where;
};

struct roster_interface {
	uint32_t switch_id; /* 0: not said */
	uint64_t speed_bps; /* 0: not said */
};

struct roster_connection {
	struct roster_interface *interfaces;
	size_t interface_count;
	struct roster_presence *presences;
	size_t presence_count;
};

struct roster_member {
	uint32_t asn;
	char *name; /* NULL: none given */
	struct roster_where where;
	struct roster_connection *connections; /* of the chosen exchange */
	size_t connection_count;
};

struct roster {
	char *path;
	char *version; /* NULL: none given */
	char *text;    /* of the file, for roster_place */
	size_t text_len;
	char *shortname; /* of the chosen exchange; NULL: none given */
	uint32_t ixp_id;
	uint32_t ixf_id; /* of the IX-F's database; 0: not said */
	struct roster_vlan *vlans;
	size_t vlan_count;
	struct roster_switch *switches;
	size_t switch_count;
	struct roster_member *members; /* by ASN, each once */
	size_t member_count;
};

/**
 * Read a roster file.
 *
 * @param ixp_id  which exchange of the file, or NULL: its only one
 * @param out     on success the roster, to be freed with roster_free
 * @param d       gets every error and warning
 * @return 0; ERR_CONFIG (d says why); -errno for a file that cannot be read
 *         (d says so too)
 */
MUST_CHECK int roster_load(struct roster **out, const char *path,
			   const uint32_t *ixp_id, struct diagnostics *d);

/* A file's content in memory; all borrowed. */
struct roster_text {
	const char *path; /* for the messages */
	const char *text;
	size_t len;
};

/** As roster_load, of a text in memory. */
MUST_CHECK int roster_parse(struct roster **out, const struct roster_text *text,
			    const uint32_t *ixp_id, struct diagnostics *d);

/** Free a roster; NULL is fine. */
void roster_free(struct roster *roster);

/**
 * The line and column of something in the file, for a message. Reads the
 * file's text from its start, so not for every member of a long roster.
 */
struct place roster_place(const struct roster *roster,
			  const struct roster_where *where);

#endif
