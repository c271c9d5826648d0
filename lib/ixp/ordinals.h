/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_ORDINALS_H
#define LANTERNE_IXP_ORDINALS_H

/*
 * ordinals — which of a member's VLAN interfaces in one VLAN is the first, the
 * second and so on.
 *
 * Files of series are named after this number, and a roster has nothing like
 * it. So it is given out once, in the roster's order, and kept with what an
 * interface is known by: its IPv4 address, else its IPv6 address, else its MAC
 * addresses. Who leaves frees no number; who is back gets the old one.
 *
 * Kept in STATE_DIR/ordinals, written by the collector alone: a line of head,
 * then a line a number: ASN, 802.1Q tag, number, IPv4 address, IPv6 address
 * ("-" for none), and up to four MAC addresses.
 */

#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "net/mac.h"
#include "util/attr.h"
#include "util/diagnostics.h"
#include "util/text.h"

enum {
	ORDINALS_SIZE_MAX = 64 << 20, /* bytes of a file that is read */
	ORDINAL_MACS = 4,
};

/* What a VLAN interface is known by. */
struct ordinal_key {
	struct ipaddr addresses[2]; /* IPv4 and IPv6; version 0: none */
	struct mac macs[ORDINAL_MACS];
	uint32_t mac_count;
};

struct ordinal {
	uint32_t asn;
	uint16_t vlan;
	uint16_t number; /* from 1 */
	struct ordinal_key key;
};

struct ordinals {
	struct ordinal *all; /* settled ones by ASN, VLAN and number */
	size_t settled;
	size_t count;
	size_t capacity;
};

/**
 * Read what was kept.
 *
 * @param path  stands in the messages; borrowed by d's places only
 * @param out   to be freed with ordinals_free, on success only
 * @return 0; ERR_CONFIG (d says what is wrong) or -ENOMEM
 */
MUST_CHECK int ordinals_parse(struct ordinals *out, const char *path,
			      const struct text *content,
			      struct diagnostics *d);

/**
 * Read the file of a state_dir. None there: none are known. One that this
 * user may not read is warned of.
 *
 * @return as ordinals_parse
 */
MUST_CHECK int ordinals_load(struct ordinals *out, const char *state_dir,
			     struct diagnostics *d);

/** Append the file's content. */
void ordinals_print(const struct ordinals *ordinals, struct text *out);

/** Copy; to is overwritten. @return 0 or -ENOMEM */
MUST_CHECK int ordinals_copy(struct ordinals *to, const struct ordinals *from);

/** Free what it holds. */
void ordinals_free(struct ordinals *ordinals);

/* The VLAN interfaces of one member in one VLAN, in the roster's order. */
struct ordinal_group {
	uint32_t asn;
	uint16_t vlan;
	const struct ordinal_key *keys;
	uint16_t *numbers; /* are filled in; 0: none was left */
	size_t count;
};

/**
 * Give each of a group its number, known or new, and keep what it is known by
 * now. Each group once, then ordinals_settle.
 *
 * @return 0, -ENOMEM; ERR_FULL: all 65535 numbers are given out
 */
MUST_CHECK int ordinals_assign(struct ordinals *ordinals,
			       const struct ordinal_group *group);

/** Bring the new ones into order. */
void ordinals_settle(struct ordinals *ordinals);

#endif
