/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_MAC_TABLE_H
#define LANTERNE_IXP_MAC_TABLE_H

/*
 * mac_table — which MAC addresses IXP Manager has for which VLAN interface.
 *
 * Two of its exports are read, and told apart by what they hold:
 * sflow-db-mapper (learned or configured),
 *     { infrastructure: { 802.1Q tag: { MAC: VLAN interface } } }
 * and layer2interfaces,
 *     { "layer2interfaces": [ { "vlans": [ { "number": 802.1Q tag,
 *         "vlaninterfaceid", "macaddresses": [], "ipaddresses": {} } ] } ] }
 *
 * Neither says whose a VLAN interface is; registry finds out. The wrong kind
 * of value is an error, since a program wrote the file. PHP writes an empty
 * object as an empty array, so this is one too.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "net/mac.h"
#include "util/attr.h"
#include "util/diagnostics.h"

enum {
	MAC_TABLE_SIZE_MAX = 64 << 20, /* bytes of a file that is read */
	MAC_TABLE_TAG_MAX = 4096,      /* what IXP Manager takes for a tag */
};

/* Where an entry stands: by keys, or if these are NULL by indexes. */
struct mac_table_where {
	const char *keys[3]; /* borrowed from the table */
	uint32_t interface;
	uint32_t vlan;
	uint32_t mac;
};

/* One MAC or one IP address of a VLAN interface. */
struct mac_table_entry {
	uint32_t id;	    /* of the VLAN interface */
	bool has_id;	    /* else id is a number of this table alone */
	uint16_t vlan;	    /* 0 to MAC_TABLE_TAG_MAX */
	struct mac mac;	    /* all zero: it is an IP address */
	struct ipaddr addr; /* version 0: it is a MAC address */
	struct mac_table_where where;
};

struct mac_table {
	char *path;
	char *text; /* of the file, for mac_table_place */
	size_t text_len;
	void *tree;			 /* of jansson; holds the keys */
	struct mac_table_entry *entries; /* in the file's order */
	size_t entry_count;
	size_t capacity;
	size_t mac_count; /* of the entries */
};

/* A file's content in memory; all borrowed. */
struct mac_table_text {
	const char *path; /* for the messages */
	const char *text;
	size_t len;
};

/**
 * Read a table.
 *
 * @param infrastructure  which one of the file, or NULL: its only one
 * @param out             on success the table, for mac_table_free
 * @param d               gets every error and warning
 * @return 0; ERR_CONFIG (d says why); -errno for a file that cannot be read
 *         (d says so too)
 */
MUST_CHECK int mac_table_load(struct mac_table **out, const char *path,
			      const uint32_t *infrastructure,
			      struct diagnostics *d);

/** As mac_table_load, of a text in memory. */
MUST_CHECK int mac_table_parse(struct mac_table **out,
			       const struct mac_table_text *text,
			       const uint32_t *infrastructure,
			       struct diagnostics *d);

/** Free a table; NULL is fine. */
void mac_table_free(struct mac_table *table);

/**
 * The line and column of an entry, for a message. Reads the file's text from
 * its start, so not for every entry of a long table.
 */
struct place mac_table_place(const struct mac_table *table,
			     const struct mac_table_where *where);

#endif
