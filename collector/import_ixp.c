/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * IXP Manager's tree of sFlow (store/ixp_tree.h): its aggregates are VLANs,
 * their sum is the exchange; its individuals VLAN interfaces, their sums
 * members; of its p2p files, of which each two say the same the other way
 * round, one of bytes is a pair's.
 *
 * "In" of an individual is what the interface sends into the exchange, so
 * from_member; of src-A.dst-B it is what A gets from B, so from B to A.
 *
 * Files are found by the ids that are known, one series after another, so
 * that no more than one series' rows are in memory, however large the tree is.
 */
#include "collector/import_ixp_tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/err.h"

enum { WHAT_SIZE = 96 };

const char import_passes_over[] = "the map passes over a part of it";
const char import_was_refused[] = "a part of it was refused";

/* The path below the root. */
void import_ixp_path(char to[IMPORT_PATH_SIZE], const struct ixp_file *file)
{
	char path[IMPORT_PATH_SIZE];

	/* An id has ten digits at most: it always fits. */
	if (ixp_tree_path(path, sizeof(path), "", file) < 0)
		path[0] = path[1] = '\0';
	(void)snprintf(to, IMPORT_PATH_SIZE, "%s", path + 1);
}

int import_ixp_put(struct tree *t, const struct series *series,
		   struct history *history)
{
	int rc =
	    history_knows(history) ? import_put(t->job, series, history) : 0;

	history_fini(history);
	return rc;
}

/* Add one of the four files that an interface or a VLAN has. */
static int add_file(struct tree *t, const struct ixp_file *file,
		    struct history *to, const char *what)
{
	static const size_t columns[IXP_PROTOCOL_COUNT][IXP_UNIT_COUNT][2] = {
		{ { TRAFFIC_FROM_V4_BYTES, TRAFFIC_TO_V4_BYTES },
		  { TRAFFIC_FROM_V4_PKTS, TRAFFIC_TO_V4_PKTS } },
		{ { TRAFFIC_FROM_V6_BYTES, TRAFFIC_TO_V6_BYTES },
		  { TRAFFIC_FROM_V6_PKTS, TRAFFIC_TO_V6_PKTS } },
	};
	const size_t *at = columns[file->protocol][file->unit];
	const struct import_column wanted[] = {
		{ "traffic_in", at[0] },
		{ "traffic_out", at[1] },
	};
	char path[IMPORT_PATH_SIZE];
	const struct import_file one = { .path = path,
					 .columns = wanted,
					 .count = 2 };
	int rc;

	import_ixp_path(path, file);
	rc = import_rrd(t->job, &one, to, what);
	return rc < 0 ? rc : 0;
}

/* Add all files of a kind that are of this id. */
static int add_all(struct tree *t, enum ixp_kind kind, uint32_t id,
		   struct history *to, const char *what)
{
	int rc = 0;

	for (int p = 0; p < IXP_PROTOCOL_COUNT; p++) {
		for (int u = 0; rc == 0 && u < IXP_UNIT_COUNT; u++) {
			const struct ixp_file file = {
				.kind = kind,
				.protocol = (enum ixp_protocol)p,
				.unit = (enum ixp_unit)u,
				.id = id,
			};

			rc = add_file(t, &file, to, what);
		}
	}
	return rc;
}

/* Fill a series if all its files could be read. unreadable: how many could not
 * be before. */
static int put_read(struct tree *t, const struct series *series,
		    struct history *history, uint64_t unreadable)
{
	if (t->job->unreadable == unreadable)
		return import_ixp_put(t, series, history);
	import_withhold(t->job, series, "a part cannot be read");
	history_fini(history);
	return 0;
}

/* Why a sum lacks a part; NULL: it does not. refused: how many files were
 * before its parts were read. */
static const char *why_not(const struct tree *t, uint64_t unknown,
			   uint64_t refused, bool is_left)
{
	if (unknown > 0)
		return "the tree has parts that are nobody's, perhaps its own";
	if (is_left)
		return import_passes_over;
	return import_refused(t->job) > refused ? import_was_refused : NULL;
}

/* Fill a sum if it has all its parts. */
static int put_sum(struct tree *t, const struct series *series,
		   struct history *history, const char *lacks)
{
	if (!lacks)
		return import_ixp_put(t, series, history);
	if (history_knows(history))
		import_withhold(t->job, series, lacks);
	history_fini(history);
	return 0;
}

/* A member's only interface has no series of its own. */
static bool has_own_series(const struct tree *t, const struct known *k,
			   size_t of_member)
{
	const struct member *m = registry_member(t->job->registry, k->asn);

	return (m && m->interface_count > 1) || of_member > 1;
}

/* Add an interface to its member's history, and fill its own series if it has
 * one. */
static int put_interface(struct tree *t, const struct known *k, bool is_own,
			 struct history *member)
{
	const struct series series = { .kind = SERIES_VLAN_INTERFACE,
				       .asn = k->asn,
				       .vlan = k->vlan,
				       .ordinal = k->ordinal };
	uint64_t unreadable = t->job->unreadable;
	struct history history;
	char what[WHAT_SIZE];
	int rc;

	(void)snprintf(what, sizeof(what), "member/as%" PRIu32 ", VLAN %u",
		       k->asn, (unsigned)k->vlan);
	history_init(&history, series_layout(series.kind));
	rc = add_all(t, IXP_INDIVIDUAL, k->id, &history, what);
	if (rc == 0)
		rc = history_add_all(member, &history);
	if (rc == 0 && is_own)
		rc = put_read(t, &series, &history, unreadable);
	history_fini(&history);
	return rc;
}

/* The interfaces from first on that are the same member's. */
static int put_member(struct tree *t, size_t first, size_t count)
{
	const struct known *own = &t->known[first];
	const struct series series = { .kind = SERIES_MEMBER, .asn = own->asn };
	uint64_t refused = import_refused(t->job);
	bool is_left = false;
	struct history history;
	int rc = 0;

	history_init(&history, series_layout(series.kind));
	for (size_t i = 0; i < count && rc == 0; i++) {
		is_left = is_left || own[i].left;
		if (!own[i].left)
			rc = put_interface(t, &own[i],
					   has_own_series(t, &own[i], count),
					   &history);
	}
	if (rc == 0)
		rc = put_sum(
		    t, &series, &history,
		    why_not(t, t->unknown_interfaces, refused, is_left));
	history_fini(&history);
	return rc;
}

static int put_members(struct tree *t)
{
	int rc = 0;

	for (size_t first = 0, end; first < t->count && rc == 0; first = end) {
		end = first + 1;
		while (end < t->count &&
		       t->known[end].asn == t->known[first].asn)
			end++;
		rc = put_member(t, first, end - first);
		import_show(t->job, end, "VLAN interfaces");
	}
	return rc;
}

static int put_vlan(struct tree *t, uint32_t tag, uint16_t ours,
		    struct history *exchange)
{
	const struct series series = { .kind = SERIES_VLAN, .vlan = ours };
	uint64_t unreadable = t->job->unreadable;
	struct history history;
	char what[WHAT_SIZE];
	int rc;

	(void)snprintf(what, sizeof(what), "vlan/v%u and exchange",
		       (unsigned)ours);
	history_init(&history, series_layout(series.kind));
	rc = add_all(t, IXP_AGGREGATE, tag, &history, what);
	if (rc == 0)
		rc = history_add_all(exchange, &history);
	if (rc == 0)
		rc = put_read(t, &series, &history, unreadable);
	history_fini(&history);
	return rc;
}

static int put_vlans(struct tree *t)
{
	const struct series series = { .kind = SERIES_EXCHANGE };
	uint64_t refused = import_refused(t->job);
	struct history exchange;
	bool is_left = false;
	int rc = 0;

	history_init(&exchange, series_layout(series.kind));
	for (uint32_t tag = 0; tag < 4096 && rc == 0; tag++) {
		uint16_t ours;

		if (import_ixp_is_our_vlan(t, tag, &ours))
			rc = put_vlan(t, tag, ours, &exchange);
		else if (registry_vlan(t->job->registry, (uint16_t)tag))
			is_left = true; /* by the map */
	}
	if (rc == 0)
		rc = put_sum(t, &series, &exchange,
			     why_not(t, t->unknown_vlans, refused, is_left));
	history_fini(&exchange);
	return rc;
}

int import_ixp(struct import_job *job)
{
	struct tree t = { .job = job };
	int rc = import_ixp_gather(&t);

	if (rc == 0)
		rc = import_ixp_look_around(&t);
	if (rc == 0)
		rc = put_vlans(&t);
	if (rc == 0)
		rc = put_members(&t);
	if (rc == 0)
		rc = import_ixp_pairs(&t);
	if (t.idle > 0)
		(void)printf("left: %" PRIu64 " pairs that never had "
			     "traffic\n",
			     t.idle);
	if (t.count == 0)
		(void)fputs("lanterne-collector: no VLAN interface's id is "
			    "known: ixp_manager: { interfaces: } of the "
			    "configuration says them, or --map\n",
			    stderr);
	free(t.known);
	if (rc < 0)
		(void)fprintf(stderr, "lanterne-collector: %s: %s\n", job->root,
			      err_str(rc));
	return rc;
}
