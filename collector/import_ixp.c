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
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/import_job.h"
#include "store/ixp_tree.h"
#include "util/err.h"
#include "util/number.h"

enum { PATH_SIZE = 160, WHAT_SIZE = 96 };

static const char by_interface[] = "vlaninterface:";
static const char by_vlan[] = "vlan:";
static const char passes_over[] = "the map passes over a part of it";
static const char was_refused[] = "a part of it was refused";

/* A VLAN interface of the tree, and whose it is. */
struct known {
	uint32_t id;
	uint32_t asn;
	uint16_t vlan;
	uint16_t ordinal;
	bool left; /* the map passes it over */
};

struct tree {
	struct import_job *job;
	struct known *known; /* in order of AS number, VLAN, ordinal, id */
	size_t count;
	uint64_t unknown_interfaces; /* files and folders of nobody's */
	uint64_t unknown_vlans;
	uint64_t idle; /* p2p files of pairs that never had traffic */
	uint64_t done; /* pairs that were looked at */
};

/* ---- whose is what ---- */

static int compare_known(const void *left, const void *right)
{
	const struct known *a = left;
	const struct known *b = right;

	if (a->asn != b->asn)
		return a->asn < b->asn ? -1 : 1;
	if (a->vlan != b->vlan)
		return a->vlan < b->vlan ? -1 : 1;
	if (a->ordinal != b->ordinal)
		return a->ordinal < b->ordinal ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static const struct known *find_known(const struct tree *t, uint32_t id)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->known[i].id == id)
			return &t->known[i];
	}
	return NULL;
}

/* The map's word for an id; NULL: it says nothing. */
static const struct history_entry *mapped(const struct tree *t,
					  const char *prefix, uint32_t id)
{
	char source[HISTORY_SOURCE_SIZE];

	(void)snprintf(source, sizeof(source), "%s%" PRIu32, prefix, id);
	return history_map_find(&t->job->map, source);
}

/* What the map says goes before what the configuration says. */
static void gather_mapped(struct tree *t)
{
	const size_t prefix = strlen(by_interface);

	for (size_t i = 0; i < t->job->map.count; i++) {
		const struct history_entry *e = &t->job->map.entries[i];
		const char *digits = e->source + prefix;
		uint32_t id;

		if (strncmp(e->source, by_interface, prefix) != 0 ||
		    e->passed_over || e->series.kind != SERIES_VLAN_INTERFACE ||
		    number_u32(digits, strlen(digits), UINT32_MAX, &id) < 0)
			continue;
		t->known[t->count++] =
		    (struct known){ id, e->series.asn, e->series.vlan,
				    e->series.ordinal, false };
	}
}

static int compare_id(const void *left, const void *right)
{
	const struct known *a = left;
	const struct known *b = right;

	return a->id == b->id ? compare_known(a, b) : a->id < b->id ? -1 : 1;
}

/* One id is one interface: files would count twice. */
static int make_unique(struct tree *t)
{
	size_t kept = 0;

	qsort(t->known, t->count, sizeof(*t->known), compare_id);
	for (size_t i = 0; i < t->count; i++) {
		const struct known *last = kept ? &t->known[kept - 1] : NULL;

		if (!last || last->id != t->known[i].id) {
			t->known[kept++] = t->known[i];
		} else if (compare_known(last, &t->known[i]) != 0) {
			(void)fprintf(stderr,
				      "lanterne-collector: %s%" PRIu32
				      " is two interfaces by the "
				      "configuration: as%" PRIu32
				      " and as%" PRIu32 "; a line of the map "
				      "can say which\n",
				      by_interface, last->id, last->asn,
				      t->known[i].asn);
			return ERR_CONFIG;
		}
	}
	t->count = kept;
	qsort(t->known, t->count, sizeof(*t->known), compare_known);
	return 0;
}

static int gather(struct tree *t)
{
	const struct registry *r = t->job->registry;

	t->known = calloc(t->job->map.count + r->interface_count + 1,
			  sizeof(*t->known));
	if (!t->known)
		return -ENOMEM;
	gather_mapped(t);
	for (uint32_t i = 1; i < r->interface_count; i++) {
		const struct vlan_interface *v = &r->interfaces[i];
		const struct history_entry *e =
		    mapped(t, by_interface, v->ixp_id);

		if (v->vlan != 0 && v->ixp_id != 0 && (!e || e->passed_over))
			t->known[t->count++] =
			    (struct known){ v->ixp_id,
					    r->members[v->member].asn, v->vlan,
					    v->ordinal, e != NULL };
	}
	return make_unique(t);
}

/* ---- members and VLANs ---- */

/* The path below the root. */
static void path_of(char to[PATH_SIZE], const struct ixp_file *file)
{
	char path[PATH_SIZE];

	/* An id has ten digits at most: it always fits. */
	if (ixp_tree_path(path, sizeof(path), "", file) < 0)
		path[0] = path[1] = '\0';
	(void)snprintf(to, PATH_SIZE, "%s", path + 1);
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
	char path[PATH_SIZE];
	const struct import_file one = { .path = path,
					 .columns = wanted,
					 .count = 2 };
	int rc;

	path_of(path, file);
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

static int put(struct tree *t, const struct series *series,
	       struct history *history)
{
	int rc =
	    history_knows(history) ? import_put(t->job, series, history) : 0;

	history_fini(history);
	return rc;
}

/* Fill a series if all its files could be read. unreadable: how many could not
 * be before. */
static int put_read(struct tree *t, const struct series *series,
		    struct history *history, uint64_t unreadable)
{
	if (t->job->unreadable == unreadable)
		return put(t, series, history);
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
		return passes_over;
	return import_refused(t->job) > refused ? was_refused : NULL;
}

/* Fill a sum if it has all its parts. */
static int put_sum(struct tree *t, const struct series *series,
		   struct history *history, const char *lacks)
{
	if (!lacks)
		return put(t, series, history);
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

/* Whether a VLAN of the tree is one of ours, and which. */
static bool is_our_vlan(const struct tree *t, uint32_t tag, uint16_t *ours)
{
	const struct history_entry *e = mapped(t, by_vlan, tag);

	if (e) {
		*ours = e->series.vlan;
		return !e->passed_over && e->series.kind == SERIES_VLAN;
	}
	*ours = (uint16_t)tag;
	return tag <= UINT16_MAX &&
	       registry_vlan(t->job->registry, (uint16_t)tag) != NULL;
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

/* ---- pairs ---- */

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
	char path[PATH_SIZE];
	const struct import_file one = {
		.path = path, .columns = wanted, .count = 2, .quiet = true
	};

	path_of(path, file);
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
		import_withhold(t->job, &series, passes_over);
	else if (rc == 0 && !sum.is_whole)
		import_withhold(t->job, &series, was_refused);
	else if (rc == 0 && history_knows(&sum.history) &&
		 !history_has_traffic(&sum.history))
		t->idle++;
	else if (rc == 0)
		rc = put(t, &series, &sum.history);
	history_fini(&sum.history);
	import_show(t->job, ++t->done, "pairs");
	return rc;
}

static bool begins_group(const struct tree *t, size_t i)
{
	return i == 0 || t->known[i].asn != t->known[i - 1].asn ||
	       t->known[i].vlan != t->known[i - 1].vlan;
}

static int put_pairs(struct tree *t)
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

/* ---- what there is that nobody knows ---- */

typedef int name_visitor(struct tree *t, const char *folder, const char *name);

static int visit_names(struct tree *t, const char *folder, name_visitor *visit)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	DIR *dir;
	int rc = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", t->job->root, folder);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a folder of one's own */
	while (rc == 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			rc = visit(t, folder, entry->d_name);
	}
	(void)closedir(dir);
	return rc;
}

static void leave_unknown(struct tree *t, const char *path, uint32_t id)
{
	t->unknown_interfaces++;
	import_leave(t->job, path,
		     "whose it is is not known; a line for the map: "
		     "%s%" PRIu32 ",interface/asN-vN-N",
		     by_interface, id);
}

static int look_at_file(struct tree *t, const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct ixp_file file;
	uint16_t ours;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (ixp_tree_parse(path, &file) < 0) {
		import_leave(t->job, path, "no name of a file of this tree");
		return 0;
	}
	if (file.kind == IXP_AGGREGATE && !is_our_vlan(t, file.id, &ours) &&
	    !mapped(t, by_vlan, file.id)) {
		t->unknown_vlans++;
		import_leave(t->job, path,
			     "the exchange has no such VLAN; a line for the "
			     "map: %s%" PRIu32 ",vlan/vN",
			     by_vlan, file.id);
	}
	if (file.kind == IXP_INDIVIDUAL && !find_known(t, file.id) &&
	    !mapped(t, by_interface, file.id))
		leave_unknown(t, path, file.id);
	return 0;
}

static int look_at_source(struct tree *t, const char *folder, const char *name)
{
	char path[PATH_MAX];
	uint32_t id;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (strncmp(name, "src-", 4) != 0 ||
	    number_u32(name + 4, strlen(name + 4), UINT32_MAX, &id) < 0)
		import_leave(t->job, path, "no name of a folder of this tree");
	else if (!find_known(t, id) && !mapped(t, by_interface, id))
		leave_unknown(t, path, id);
	return 0;
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

		if (is_our_vlan(t, tag, &ours))
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

static int look_around(struct tree *t)
{
	static const char *const files[] = {
		"ipv4/bytes/aggregate",	 "ipv6/bytes/aggregate",
		"ipv4/pkts/aggregate",	 "ipv6/pkts/aggregate",
		"ipv4/bytes/individual", "ipv6/bytes/individual",
		"ipv4/pkts/individual",	 "ipv6/pkts/individual",
	};
	static const char *const sources[] = { "ipv4/bytes/p2p",
					       "ipv6/bytes/p2p" };
	int rc = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files) && rc == 0; i++)
		rc = visit_names(t, files[i], look_at_file);
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources) && rc == 0;
	     i++)
		rc = visit_names(t, sources[i], look_at_source);
	return rc;
}

int import_ixp(struct import_job *job)
{
	struct tree t = { .job = job };
	int rc = gather(&t);

	if (rc == 0)
		rc = look_around(&t);
	if (rc == 0)
		rc = put_vlans(&t);
	if (rc == 0)
		rc = put_members(&t);
	if (rc == 0)
		rc = put_pairs(&t);
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
