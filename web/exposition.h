/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_EXPOSITION_H
#define LANTERNE_WEB_EXPOSITION_H

/*
 * exposition — metrics as text: Prometheus' format 0.0.4, or OpenMetrics 1.0.
 *
 * A family is begun once and its samples follow it; there is no way to add one
 * elsewhere. Whatever a scraper would refuse the whole answer for is left out
 * and counted instead: a family's name that was there, and a second sample of
 * the same labels, which a damaged file could make. Label values may be any
 * bytes; help and names are the program's own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "util/u64map.h"

enum exposition_form { EXPOSITION_PROMETHEUS, EXPOSITION_OPEN_METRICS };

enum exposition_type {
	EXPOSITION_COUNTER, /* samples get _total */
	EXPOSITION_GAUGE,
	EXPOSITION_INFO, /* samples get _info, and are 1 */
};

struct exposition_family {
	const char *name; /* without _total or _info; with the unit */
	enum exposition_type type;
	const char *unit; /* the end of the name; NULL: none */
	const char *help; /* a sentence */
};

struct exposition_label {
	const char *name;
	const char *value;
};

struct exposition_labels {
	const struct exposition_label *all;
	size_t count;
};

enum { EXPOSITION_FAMILIES_MAX = 256 };

struct exposition {
	struct text *out; /* borrowed */
	enum exposition_form form;
	struct exposition_family family; /* without a name: what comes is left
					  * out */
	const char *names[EXPOSITION_FAMILIES_MAX];
	size_t name_count;
	struct u64map seen; /* label sets of the family */
	uint64_t seed;
	uint64_t samples;	   /* written; _created ones too */
	uint64_t max;		   /* of them */
	uint64_t beyond;	   /* left out for that */
	uint64_t doubled;	   /* of labels that were there */
	unsigned families_refused; /* our bug: a test sees that there is none */
	struct text line;
};

/**
 * Begin; to be freed with exposition_fini.
 *
 * @param out   gets the text, borrowed until the end
 * @param max   so many samples at most
 * @return 0 or -ENOMEM
 */
MUST_CHECK int exposition_init(struct exposition *e, struct text *out,
			       enum exposition_form form, uint64_t max);

/** Free; the text stays. */
void exposition_fini(struct exposition *e);

/** Begin a family; its texts are borrowed to the end. */
void exposition_begin(struct exposition *e,
		      const struct exposition_family *family);

/**
 * Add a sample of the family that was begun last. NaN is not known, and not
 * there.
 *
 * @param since_s  of a counter, when it was 0; NaN: not known
 */
void exposition_add(struct exposition *e, struct exposition_labels labels,
		    double value, double since_s);

/** The same of a whole number, to its last digit. */
void exposition_add_u64(struct exposition *e, struct exposition_labels labels,
			uint64_t value, double since_s);

/** A family of one sample without labels. */
void exposition_one(struct exposition *e,
		    const struct exposition_family *family, double value,
		    double since_s);

/** What ends the whole text. */
void exposition_end(struct exposition *e);

#endif
