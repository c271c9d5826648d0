/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_STATION_DAY_H
#define LANTERNE_STORE_STATION_DAY_H

/*
 * station_day — which stations (MAC addresses) were seen on a local day of the
 * exchange, and by which ports they entered; as a value, as text, and back.
 * The text is read as untrusted. ARCHITECTURE.md has its format,
 * store/station_day_file.h the files, store/station_day_compare.h what changed
 * from one day to another.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/mac.h"
#include "store/daybook.h"
#include "store/series.h"
#include "util/attr.h"
#include "util/date.h"
#include "util/text.h"

enum {
	/* Places of a day that are kept. A flood of addresses that nobody has
	 * fills the second only. */
	STATION_DAY_MEMBERS_MAX = 200000,
	STATION_DAY_STRANGERS_MAX = 4096,
	STATION_PORT_SIZE = 64,
	STATION_SURE_SAMPLES =
	    3, /* of a member's station; fewer may be strays */
};

/* Whose address it is, as of when it was seen last. */
enum station_whose {
	STATION_MEMBER,
	STATION_UNKNOWN,    /* nobody's */
	STATION_WRONG_VLAN, /* a member's, who is not in that VLAN */
	STATION_WHOSE_COUNT,
};

/*
 * A station at a place: one address may be at several, for a switch also sees
 * what comes to it by other switches, and stations move.
 */
struct station_entry {
	struct mac mac;
	char switch_name[SERIES_SWITCH_NAME_SIZE];
	uint32_t ifindex; /* that it entered by; 0: not known */
	uint16_t vlan;	  /* 802.1Q tag; 0: not known, or several */
	enum station_whose whose;
	uint32_t asn; /* 0: nobody's */
	/* The port joins switches, says the configuration. */
	bool core;
	/* A member's: seen three times that day; another's: three times over
	 * ten seconds. What does not stay passed by. */
	bool stays;
	int64_t first_s; /* of the minutes in which it was seen: begin of the */
	int64_t last_s;	 /* first, end of the last; seconds, UTC */
	uint64_t samples;
	char port[STATION_PORT_SIZE]; /* name; "": not known */
};

struct station_day {
	struct date date;
	char zone[DAYBOOK_ZONE_SIZE]; /* by which it was that day */
	int64_t from_s;		      /* when it began and ends, UTC */
	int64_t to_s;
	int64_t observed_s; /* of it, a collector ran */
	uint64_t left_out;  /* places that found no room, each time */
	struct station_entry *entries; /* by address, switch, port, VLAN */
	size_t count;
};

/**
 * Begin the day of the process's time zone that an instant lies in.
 *
 * @param at_s  from 0 on
 * @param zone  the zone's name; cut to 64 bytes
 */
void station_day_begin(struct station_day *d, int64_t at_s, const char *zone);

/** Free the entries. */
void station_day_fini(struct station_day *d);

/** Negative, 0, positive: which of two places comes first; 0: the same. */
int station_entry_compare(const struct station_entry *a,
			  const struct station_entry *b);

/**
 * Note where stations were seen. What is known of a place grows: samples are
 * added, times widen, and whoever stayed once has stayed; whose it is, the
 * port's name and role are the notes'. Times are cut to the day.
 *
 * Beyond the numbers above those leave that passed by, or else have the fewest
 * samples, or else were seen the longest ago.
 *
 * @param notes  valid; put into order, and used up
 * @return 0 or -ENOMEM: nothing was noted
 */
MUST_CHECK int station_day_note(struct station_day *d,
				struct station_entry *notes, size_t count);

/** Append the file's content. */
void station_day_print(struct text *out, const struct station_day *d);

/**
 * Read a file's content.
 *
 * @param out  on success to be freed with station_day_fini
 * @return 0; ERR_TRUNCATED (it ends before it is complete); ERR_MALFORMED;
 *         ERR_UNSUPPORTED (of a later version); -ENOMEM
 */
MUST_CHECK int station_day_parse(struct station_day *out, const char *content,
				 size_t len);

#endif
