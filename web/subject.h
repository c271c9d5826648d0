/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SUBJECT_H
#define LANTERNE_WEB_SUBJECT_H

/*
 * subject — what a graph is of: its series, and how it is called in the
 * language of its reader.
 */

#include <stdbool.h>
#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"
#include "util/text.h"
#include "web/page.h"
#include "web/period.h"
#include "web/traffic.h"

/* What a graph is of. */
struct subject {
	const char *kind; /* "member", as in the address of its graphs */
	struct series series;
	const struct member *member; /* of a member's own; else NULL */
	/* the sum of these switches' series; else NULL */
	const struct registry_group *group;
	bool one_way;	   /* only WAY_FROM is shown */
	bool is_swapped;   /* of a pair: WAY_FROM is b to a */
	bool in_all_vlans; /* of a pair: the sum, whatever series.vlan */
	struct text title;
	struct text way[WAY_COUNT]; /* "AS64500 → exchange" */
	struct text query; /* what names it in a URL, plain: "asn=64500" */
};

/** All members together. All of these are freed with subject_fini. */
void subject_of_exchange(struct subject *out, const struct language *language);
/** A member; borrowed. */
void subject_of_member(struct subject *out, const struct language *language,
		       const struct member *member);
/**
 * Who is no member any more, but has a file.
 * @return false if there is none such
 */
MUST_CHECK bool subject_of_former(struct subject *out, const struct call *call,
				  uint32_t asn);

/** One of several VLAN interfaces of a member. */
void subject_of_interface(struct subject *out, const struct language *language,
			  const struct member *member,
			  const struct vlan_interface *interface);
/**
 * What two members exchange, in all VLANs, seen from the first: WAY_FROM is
 * from asn to peer_asn.
 */
void subject_of_pair(struct subject *out, const struct language *language,
		     uint32_t asn, uint32_t peer_asn);

/** The same in one VLAN alone; 0: where none was told. */
void subject_in_vlan(struct subject *pair, uint16_t vlan);

/**
 * A port as seen from its switch.
 * @param name  of the port, as a person knows it
 * @param who   at its other end: "AS64500"; "" if not known
 */
void subject_of_port(struct subject *out, const struct language *language,
		     const struct series *port, const char *name,
		     const char *who);

/** All switches of the roster's exchange, as seen by them. */
void subject_of_infrastructure(struct subject *out,
			       const struct language *language,
			       const struct registry *registry);
/** The switches that stand in one place; borrowed. */
void subject_of_location(struct subject *out, const struct language *language,
			 const struct registry_group *location);
/** One switch; its name is borrowed. */
void subject_of_switch(struct subject *out, const struct language *language,
		       const char *name);
/** One VLAN. */
void subject_of_vlan(struct subject *out, const struct language *language,
		     const struct vlan *vlan);

/**
 * Append the address of a subject's graph: "/graph/member.svg?asn=64500&amp;
 * range=day"; for an attribute of HTML.
 */
void subject_add_url(struct text *out, const struct subject *subject,
		     const char *format, const struct period *period);

/** The same of a page about it: "/traffic/vlan?vlan=100&amp;range=day". */
void subject_add_page(struct text *out, const struct subject *subject,
		      const char *folder, const struct period *period);

/** Free a subject's texts. */
void subject_fini(struct subject *subject);

#endif
