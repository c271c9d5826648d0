/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SCALED_H
#define LANTERNE_WEB_SCALED_H

/*
 * scaled — a member's traffic by peer and protocol, scaled to the counters of
 * its ports.
 *
 * The total of each direction is what the counters say, exactly. Its split is
 * estimated from samples of the same seconds and divided by largest remainder,
 * so every row and column adds up to the byte. What samples saw of the member
 * and of no pair (floods, unknown stations, other protocols, pairs of those
 * who left) is a row of its own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/headline.h"
#include "web/page.h"
#include "web/traffic.h"

struct scaled_row {
	const struct member *peer; /* NULL: flooded or not attributed */
	uint64_t bytes[BAND_COUNT];
};

struct scaled {
	struct period period;
	enum headline_verdict verdict; /* what follows is valid if counted */
	struct scaled_row *rows[WAY_COUNT]; /* peers, the largest first, then
					     * the one without a peer */
	size_t count;
	uint64_t total[WAY_COUNT][BAND_COUNT];
	double estimate[WAY_COUNT]; /* bytes by samples, of the same seconds */
	double known_s[WAY_COUNT];  /* counters and samples both know these */
};

/** How the row without a peer is called. */
extern const char scaled_no_peer[];

/**
 * Work out a member's table.
 *
 * @return 0, also when there is none (verdict); ERR_STORE, ERR_RANGE or
 *         -ENOMEM; with 0 to be freed by scaled_fini
 */
MUST_CHECK int scaled_load(struct scaled *out, const struct call *call,
			   const struct member *member,
			   const struct period *period);

/** Free the rows. */
void scaled_fini(struct scaled *s);

/** Total by counters over total by samples; NaN if these saw nothing. */
double scaled_factor(const struct scaled *s, enum way way);

/** Whether a factor is so far from 1 that sampling deserves a look. */
bool scaled_is_odd(const struct scaled *s, enum way way);

/** Why there is no table: a sentence in plain text. Static. */
const char *scaled_refusal(enum headline_verdict verdict);

/* What the page of a member shows of it. */
struct scaled_place {
	const struct member *member;
	const char *path; /* of the member's page */
	bool all;	  /* peers, not only the largest */
};

/** The tables of both directions with their label, as HTML. */
void scaled_add_tables(struct text *out, const struct scaled *s,
		       const struct scaled_place *place);

/** The same for programs. */
void scaled_add_json(struct text *out, const struct scaled *s,
		     const struct call *call, const struct member *member);
void scaled_add_csv(struct text *out, const struct scaled *s);

#endif
