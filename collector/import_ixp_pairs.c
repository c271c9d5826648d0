/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The pairs of IXP Manager's tree: of its p2p files, of which each two say the
 * same the other way round, one is a pair's. */
#include "collector/import_ixp_tree.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* Add what one file says. @return 1: it was there; 0; -errno */
static int add_p2p(struct tree *t, const struct ixp_file *file,
		   struct history *to, bool swapped)
{
	size_t v6 = file->protocol == IXP_IPV6;
	const struct import_column wanted[] = {
		{ "traffic_out",
		  (swapped ? PAIR_BA_V4_BYTES : PAIR_AB_V4_BYTES) + v6 },
		{ "traffic_in",
		  (swapped ? PAIR_AB_V4_BYTES : PAIR_BA_V4_BYTES) + v6 },
	};
	char path[IMPORT_PATH_SIZE];
	const struct import_file one = {
		.path = path, .columns = wanted, .count = 2, .quiet = true
	};

	import_ixp_path(path, file);
	return import_rrd(t->job, &one, to, NULL);
}

/* a has the lower AS number. Either order will do, the other one is for where
 * a file is missing or damaged; is_whole becomes false where none serves. */
static int add_pair(struct tree *t, const struct known *a,
		    const struct known *b, struct history *to, bool *is_whole)
{
	uint64_t refused;
	int rc = 0;

	for (int p = 0; p < IXP_PROTOCOL_COUNT && rc >= 0; p++) {
		struct ixp_file file = { .kind = IXP_P2P,
					 .protocol = (enum ixp_protocol)p,
					 .unit = IXP_BYTES,
					 .id = a->id,
					 .other = b->id };

		refused = import_refused(t->job);
		rc = add_p2p(t, &file, to, false);
		if (rc == 0) {
			file.id = b->id;
			file.other = a->id;
			rc = add_p2p(t, &file, to, true);
		}
		t->job->taken += rc == 1;
		if (rc == 0 && import_refused(t->job) > refused)
			*is_whole = false;
	}
	return rc < 0 ? rc : 0;
}

/* Whether there is a file of two interfaces, of any protocol or order. */
static bool has_p2p(const struct tree *t, const struct known *a,
		    const struct known *b)
{
	for (int i = 0; i < 2 * IXP_PROTOCOL_COUNT; i++) {
		const struct ixp_file file = { .kind = IXP_P2P,
					       .protocol =
						   (enum ixp_protocol)(i / 2),
					       .unit = IXP_BYTES,
					       .id = i % 2 ? b->id : a->id,
					       .other = i % 2 ? a->id : b->id };
		char path[PATH_MAX];

		if (ixp_tree_path(path, sizeof(path), t->job->root, &file) ==
			0 &&
		    access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* Move a value of a row from one column to another; what was there is 0. */
static int fold_value(struct history *h, const struct history_row *row,
		      double *from, size_t to)
{
	double value = *from;

	if (isnan(value))
		return 0;
	*from = 0;
	return history_add(h, row, to, value);
}

/* Of one member's own interfaces all is from a to b, and nothing the other
 * way: both directions go to the first. */
static int fold_own(struct history *h)
{
	const size_t columns = h->layout->column_count;
	int rc = 0;

	for (size_t i = 0; i < h->part_count; i++) {
		const struct history_part *p = &h->parts[i];

		for (size_t k = 0; k < p->rows && rc == 0; k++) {
			const struct history_row row = {
				p->consolidation, p->row_s,
				p->from_s + (int64_t)k * p->row_s
			};
			double *values = p->values + k * columns;

			rc = fold_value(h, &row, &values[PAIR_BA_V4_BYTES],
					PAIR_AB_V4_BYTES);
			if (rc == 0)
				rc = fold_value(h, &row,
						&values[PAIR_BA_V6_BYTES],
						PAIR_AB_V6_BYTES);
		}
	}
	return rc;
}

static bool in_group(const struct tree *t, size_t i, size_t first)
{
	return i < t->count && t->known[i].asn == t->known[first].asn &&
	       t->known[i].vlan == t->known[first].vlan;
}

/* What two members exchange in a VLAN, put together. */
struct pair_sum {
	struct history history;
	bool is_whole; /* no part was refused */
	bool is_left;  /* one of an interface that is passed over has traffic */
};

static int add_parts(struct tree *t, size_t a, size_t b, struct pair_sum *sum)
{
	const struct known *k = t->known;
	int rc = 0;

	for (size_t i = a; rc == 0 && in_group(t, i, a); i++) {
		for (size_t j = a == b ? i + 1 : b;
		     rc == 0 && in_group(t, j, b); j++) {
			if (k[i].left || k[j].left)
				sum->is_left =
				    sum->is_left || has_p2p(t, &k[i], &k[j]);
			else
				rc = add_pair(t, &k[i], &k[j], &sum->history,
					      &sum->is_whole);
		}
	}
	return rc == 0 && a == b ? fold_own(&sum->history) : rc;
}

/* Interfaces of two members in one VLAN: those from a and from b on. */
static int put_pair(struct tree *t, size_t a, size_t b)
{
	const struct known *k = t->known;
	const struct series series = { .kind = SERIES_PAIR,
				       .asn = k[a].asn,
				       .other_asn = k[b].asn,
				       .vlan = k[a].vlan };
	struct pair_sum sum = { .is_whole = true };
	int rc;

	history_init(&sum.history, series_layout(series.kind));
	rc = add_parts(t, a, b, &sum);
	if (rc == 0 && sum.is_left)
		import_withhold(t->job, &series, import_passes_over);
	else if (rc == 0 && !sum.is_whole)
		import_withhold(t->job, &series, import_was_refused);
	else if (rc == 0 && history_knows(&sum.history) &&
		 !history_has_traffic(&sum.history))
		t->idle++;
	else if (rc == 0)
		rc = import_ixp_put(t, &series, &sum.history);
	history_fini(&sum.history);
	import_show(t->job, ++t->done, "pairs");
	return rc;
}

static bool begins_group(const struct tree *t, size_t i)
{
	return i == 0 || t->known[i].asn != t->known[i - 1].asn ||
	       t->known[i].vlan != t->known[i - 1].vlan;
}

int import_ixp_pairs(struct tree *t)
{
	int rc = 0;

	if (t->unknown_interfaces > 0 && t->count > 1) {
		(void)puts("withheld: all pairs: the tree has VLAN interfaces "
			   "that are nobody's, perhaps theirs");
		t->job->withheld++;
		return 0;
	}
	for (size_t a = 0; a < t->count && rc == 0; a++) {
		if (!begins_group(t, a))
			continue;
		for (size_t b = a; b < t->count && rc == 0; b++) {
			if (begins_group(t, b) &&
			    t->known[a].vlan == t->known[b].vlan)
				rc = put_pair(t, a, b);
		}
	}
	return rc;
}
