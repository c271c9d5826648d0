/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Windows wait in a ring until every file has its row of them. A file that
 * failed is marked as behind and gets all rows of the ring the next time; the
 * store leaves out those that it has. So nothing is kept per file but a bit.
 */
#include "collector/ixp_view.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/ixp_sums.h"
#include "collector/ixp_window.h"
#include "store/ixp_tree.h"
#include "util/err.h"
#include "util/log.h"

enum {
	WINDOWS_MAX = 12,  /* that wait: an hour */
	FAILURES_MAX = 16, /* in a row: it is not the file but the disk */
	HOUR_S = 3600,
	DAY_S = 86400,
	REASON_SIZE = 64,
};

/* A pass over all files. */
struct pass {
	bool given_up;
	uint32_t in_a_row;    /* failures */
	uint64_t behind;      /* files */
	uint64_t oldest;      /* rows of the first window that are not stored */
	uint64_t unsaved;     /* rows of all */
	int reason;	      /* of the first failure; 0: none */
	struct ixp_file file; /* it was this one's */
};

struct ixp_view {
	char *tree; /* NULL: off */
	uint32_t batch;
	int64_t age_s;
	bool listed; /* the pairs that have files are in the sums */
	bool failing;
	struct ixp_sums sums;
	struct ixp_span span; /* of the window at hand; start_s 0: none yet */
	struct ixp_window windows[WINDOWS_MAX];
	uint32_t window_count;
	uint32_t fresh; /* of them, the first that no file was given yet */
	int64_t swept;	/* hours since the epoch */
	struct pass pass;
	struct ixp_counters counters;
};

/* The rows that a file may lack. */
struct gathered {
	struct ixp_file file;
	size_t count;
	size_t fresh;	/* of them, the first that no file was given yet */
	bool has_first; /* of the first window that waits */
	struct {
		int64_t start_s;
		struct ixp_amounts rates;
	} rows[WINDOWS_MAX];
};

/* What a file has for in and out: which sides. */
struct sides {
	int in;
	int out;
};

static void drop_windows(struct ixp_view *v)
{
	for (uint32_t i = 0; i < v->window_count; i++)
		ixp_window_fini(&v->windows[i]);
	v->window_count = 0;
	v->fresh = 0;
}

/* Forget everything about a tree. */
static void turn_off(struct ixp_view *v)
{
	drop_windows(v);
	ixp_sums_fini(&v->sums);
	free(v->tree);
	v->tree = NULL;
	v->listed = false;
	v->span = (struct ixp_span){ 0 };
}

static int turn_on(struct ixp_view *v, const struct config_ixp_manager *m)
{
	int rc;

	v->tree = strdup(m->tree);
	if (!v->tree)
		return -ENOMEM;
	rc = ixp_sums_init(&v->sums, 0);
	if (rc < 0)
		turn_off(v);
	return rc;
}

/* Take over bounds and VLAN interfaces. */
static int adapt(struct ixp_view *v, const struct registry *registry)
{
	const struct config_ixp_manager *m = &registry->config->ixp_manager;
	int rc;

	v->counters.interfaces_without_id = registry->without_ixp_id;
	if (!v->tree)
		return 0;
	v->age_s = (int64_t)m->age_days * DAY_S;
	v->sums.pairs_max = m->pairs_max < 2 ? 1 : m->pairs_max / 2;
	/* VLAN interfaces that are new may have files. */
	v->listed = false;
	rc = ixp_sums_present(&v->sums, registry);
	if (rc < 0)
		turn_off(v);
	return rc;
}

int ixp_view_new(struct ixp_view **out, const struct registry *registry,
		 uint32_t batch)
{
	struct ixp_view *v = calloc(1, sizeof(*v));
	int rc;

	if (!v)
		return -ENOMEM;
	v->batch = batch > 1 ? WINDOWS_MAX : 1;
	rc = ixp_view_change(v, registry);
	if (rc < 0) {
		ixp_view_free(v);
		return rc;
	}
	*out = v;
	return 0;
}

void ixp_view_free(struct ixp_view *v)
{
	if (v)
		turn_off(v);
	free(v);
}

int ixp_view_change(struct ixp_view *v, const struct registry *registry)
{
	const struct config_ixp_manager *m = &registry->config->ixp_manager;
	bool same = v->tree && m->tree && strcmp(v->tree, m->tree) == 0;
	int rc = 0;

	if (!same && v->tree) {
		ixp_view_finish(v);
		turn_off(v);
	}
	if (!same && m->tree)
		rc = turn_on(v, m);
	return rc < 0 ? rc : adapt(v, registry);
}

void ixp_view_cells(struct ixp_view *v, const struct registry *registry,
		    const struct cell *cells, size_t count)
{
	if (v->tree)
		ixp_sums_cells(&v->sums, registry, cells, count);
}

void ixp_view_seen(struct ixp_view *v, const struct registry *registry,
		   uint32_t member, int64_t covered_us)
{
	if (v->tree)
		ixp_sums_seen(&v->sums, registry, member, covered_us);
}

void ixp_view_covered(struct ixp_view *v, const struct ixp_step *step)
{
	if (!v->tree)
		return;
	v->span.start_s = step->start_s - step->start_s % IXP_TREE_STEP_S;
	v->span.alive_us += step->alive ? step->covered_us : 0;
	v->span.edge |= step->edge;
}

/* What the listing of a tree is made into. */
struct listing {
	struct ixp_view *v;
	uint64_t left_out;
};

/* A pair that has a file goes on getting its zeros. */
static bool know_pair(void *context, const struct ixp_file *file)
{
	struct listing *l = context;
	struct ixp_sums *s = &l->v->sums;
	const struct ixp_source *from = ixp_sums_source(s, file->id);
	const struct ixp_source *to = ixp_sums_source(s, file->other);
	struct ixp_pair *pair;

	if (!from || !from->present || !to || !to->present || from == to)
		return true;
	pair = ixp_sums_pair(s, file->id, file->other);
	if (!pair)
		l->left_out++;
	else if (pair->since_s[file->protocol] == IXP_NEVER)
		pair->since_s[file->protocol] = 0;
	return true;
}

static void list_pairs(struct ixp_view *v)
{
	struct listing l = { .v = v };
	int rc;

	if (v->listed)
		return;
	rc = ixp_tree_list(v->tree, know_pair, &l);
	v->listed = rc == 0;
	if (rc < 0)
		log_warning("ixp_manager: cannot list: %s: %s", v->tree,
			    err_str(rc));
	if (l.left_out > 0)
		log_warning("ixp_manager: %llu files of pairs are not kept up "
			    "to date: %s: there are more than pairs_max",
			    (unsigned long long)l.left_out, v->tree);
}

/* Let the file of a silent pair tell when it last spoke. */
static void ask_file(const struct ixp_view *v, struct ixp_pair *pair, int p,
		     int64_t now_s)
{
	const struct ixp_file file = {
		.kind = IXP_P2P,
		.protocol = (enum ixp_protocol)p,
		.unit = IXP_BYTES,
		.id = v->sums.sources[pair->low].id,
		.other = v->sums.sources[pair->high].id,
	};

	/* If it does not, the pair has its full time before it ages out. */
	if (ixp_tree_last_traffic(v->tree, &file, &pair->last_s[p]) < 0)
		pair->last_s[p] = now_s;
}

static bool is_aged(const struct ixp_view *v, const struct ixp_pair *pair,
		    int p, int64_t now_s)
{
	if (pair->since_s[p] == IXP_NEVER)
		return true;
	return pair->last_s[p] != IXP_UNKNOWN &&
	       now_s - pair->last_s[p] > v->age_s;
}

/* Hand a file the rows that it lacks. */
static int store(struct ixp_view *v, const struct gathered *g, size_t first,
		 struct sides sides)
{
	struct series_row rows[WINDOWS_MAX];
	size_t count = g->count - first;
	size_t skipped = 0;
	int rc;

	for (size_t i = 0; i < count; i++) {
		const struct ixp_amounts *a = &g->rows[first + i].rates;

		rows[i].start_s = g->rows[first + i].start_s;
		rows[i].values[IXP_TRAFFIC_IN] = a->of[g->file.unit][sides.in];
		rows[i].values[IXP_TRAFFIC_OUT] =
		    a->of[g->file.unit][sides.out];
	}
	rc = ixp_tree_write(v->tree, &g->file, rows, count, &skipped);
	if (rc == 0) {
		v->counters.rows += count - skipped;
		v->counters.rows_old += skipped;
	}
	return rc;
}

/* Write one file, or note that it is behind. */
static void write_file(struct ixp_view *v, const struct gathered *g,
		       struct sides sides, uint8_t *behind, uint8_t bit)
{
	struct pass *pass = &v->pass;
	size_t first = *behind & bit ? 0 : g->fresh;
	int rc = ERR_STORE;

	if (first < g->count && !pass->given_up)
		rc = store(v, g, first, sides);
	if (first == g->count || rc == 0) {
		*behind &= (uint8_t)~bit;
		if (first < g->count)
			pass->in_a_row = 0;
		return;
	}
	*behind |= bit;
	pass->behind++;
	pass->unsaved += g->count - first;
	pass->oldest += g->has_first && first == 0;
	if (pass->given_up)
		return;
	if (pass->reason == 0) {
		pass->reason = rc;
		pass->file = g->file;
	}
	pass->given_up = ++pass->in_a_row >= FAILURES_MAX;
}

static void gather(const struct ixp_view *v, struct gathered *g,
		   uint32_t window, const struct ixp_amounts *rates)
{
	g->has_first |= window == 0;
	g->fresh += window < v->fresh;
	g->rows[g->count].start_s = v->windows[window].start_s;
	g->rows[g->count++].rates = *rates;
}

static void write_lan(struct ixp_view *v, uint32_t at, int p)
{
	static const struct sides sides = { 0, 1 };
	struct ixp_lan *lan = &v->sums.lans[at];
	struct gathered g = { .file = { .kind = IXP_AGGREGATE,
					.protocol = (enum ixp_protocol)p,
					.id = lan->tag } };
	struct ixp_amounts rates;

	for (uint32_t i = 0; i < v->window_count; i++) {
		if (ixp_window_lan(&v->windows[i], at, g.file.protocol, &rates))
			gather(v, &g, i, &rates);
	}
	for (int unit = 0; unit < IXP_UNIT_COUNT; unit++) {
		g.file.unit = (enum ixp_unit)unit;
		write_file(v, &g, sides, &lan->behind,
			   (uint8_t)(1u << (p * 2 + unit)));
	}
}

/* In is what the VLAN interface sends. */
static void write_source(struct ixp_view *v, uint32_t at, int p)
{
	static const struct sides sides = { 0, 1 };
	struct ixp_source *source = &v->sums.sources[at];
	struct gathered g = { .file = { .kind = IXP_INDIVIDUAL,
					.protocol = (enum ixp_protocol)p,
					.id = source->id } };
	struct ixp_amounts rates;

	for (uint32_t i = 0; i < v->window_count; i++) {
		if (ixp_window_source(&v->windows[i], at, g.file.protocol,
				      &rates))
			gather(v, &g, i, &rates);
	}
	for (int unit = 0; unit < IXP_UNIT_COUNT; unit++) {
		g.file.unit = (enum ixp_unit)unit;
		write_file(v, &g, sides, &source->behind,
			   (uint8_t)(1u << (p * 2 + unit)));
	}
}

/* Out is what the source of the file's name sends, in what it gets back. */
static void write_orders(struct ixp_view *v, struct gathered *g,
			 struct ixp_pair *pair)
{
	static const struct sides of_low = { .in = 1, .out = 0 };
	static const struct sides of_high = { .in = 0, .out = 1 };
	uint32_t low = v->sums.sources[pair->low].id;
	uint32_t high = v->sums.sources[pair->high].id;
	unsigned at = (unsigned)g->file.protocol * 4;

	for (int unit = 0; unit < IXP_UNIT_COUNT; unit++) {
		g->file.unit = (enum ixp_unit)unit;
		g->file.id = low;
		g->file.other = high;
		write_file(v, g, of_low, &pair->behind, (uint8_t)(1u << at++));
		g->file.id = high;
		g->file.other = low;
		write_file(v, g, of_high, &pair->behind, (uint8_t)(1u << at++));
	}
}

static void write_pair(struct ixp_view *v, uint32_t at, int p)
{
	struct ixp_pair *pair = &v->sums.pairs[at];
	const struct ixp_pair_rates which = { .pair = at,
					      .protocol =
						  (enum ixp_protocol)p };
	struct gathered g = { .file = { .kind = IXP_P2P,
					.protocol = (enum ixp_protocol)p } };
	struct ixp_amounts rates;
	bool idle;

	if (pair->since_s[p] == IXP_NEVER)
		return;
	for (uint32_t i = 0; i < v->window_count; i++) {
		struct ixp_window *w = &v->windows[i];
		int64_t end_s = w->start_s + IXP_TREE_STEP_S;

		if (!ixp_window_pair(w, &v->sums, &which, &rates, &idle) ||
		    w->start_s < pair->since_s[p])
			continue;
		if (idle && pair->last_s[p] == IXP_UNKNOWN)
			ask_file(v, pair, p, end_s);
		if (!idle || !is_aged(v, pair, p, end_s))
			gather(v, &g, i, &rates);
	}
	write_orders(v, &g, pair);
}

static void write_all(struct ixp_view *v)
{
	v->pass = (struct pass){ 0 };
	for (uint32_t i = 0; i < v->window_count; i++)
		ixp_window_rewind(&v->windows[i]);
	for (uint32_t i = 0; i < v->sums.lan_count; i++) {
		for (int p = 0; p < IXP_PROTOCOL_COUNT; p++)
			write_lan(v, i, p);
	}
	for (uint32_t i = 0; i < v->sums.source_count; i++) {
		for (int p = 0; p < IXP_PROTOCOL_COUNT; p++)
			write_source(v, i, p);
	}
	for (uint32_t i = 0; i < v->sums.pair_count; i++) {
		for (int p = 0; p < IXP_PROTOCOL_COUNT; p++)
			write_pair(v, i, p);
	}
	v->counters.files_behind = v->pass.behind;
	v->fresh = v->window_count;
}

/* One line when writing begins to fail, and one when it works again. */
static void report(struct ixp_view *v)
{
	bool fails = v->pass.behind > 0;
	char path[REASON_SIZE * 4];

	if (fails && !v->failing) {
		if (ixp_tree_path(path, sizeof(path), v->tree, &v->pass.file) <
		    0)
			(void)snprintf(path, sizeof(path), "%s", v->tree);
		log_error("ixp_manager: cannot store: %s: %s", path,
			  err_str(v->pass.reason));
	} else if (!fails && v->failing) {
		log_notice("ixp_manager: stores again: %llu rows were lost",
			   (unsigned long long)v->counters.rows_failed);
	}
	v->failing = fails;
}

static bool is_kept(const void *context, const struct ixp_pair *pair)
{
	const struct ixp_view *v = context;
	const struct ixp_source *all = v->sums.sources;
	int64_t now_s = v->span.start_s + IXP_TREE_STEP_S;

	return all[pair->low].present && all[pair->high].present &&
	       (!is_aged(v, pair, IXP_IPV4, now_s) ||
		!is_aged(v, pair, IXP_IPV6, now_s));
}

/* Let go of the pairs that are silent for too long, or gone. */
static void sweep(struct ixp_view *v)
{
	uint32_t before = v->sums.pair_count;

	/* Windows know pairs by their numbers. */
	if (v->window_count > 0 || v->swept == v->span.start_s / HOUR_S)
		return;
	if (ixp_sums_sweep(&v->sums, is_kept, v) < 0)
		return;
	v->swept = v->span.start_s / HOUR_S;
	v->counters.pairs_aged += 2 * (uint64_t)(before - v->sums.pair_count);
}

/* Make room for a window: give up the oldest, where files still lack it. */
static void drop_oldest(struct ixp_view *v)
{
	v->counters.rows_failed += v->pass.oldest;
	v->pass.unsaved -= v->pass.oldest;
	ixp_window_fini(&v->windows[0]);
	memmove(&v->windows[0], &v->windows[1],
		(v->window_count - 1) * sizeof(v->windows[0]));
	v->window_count--;
	v->fresh = v->window_count;
}

/* Write what waits, if it is time to. */
static void write_waiting(struct ixp_view *v, bool now)
{
	if (v->window_count == 0 ||
	    (!now && v->window_count - v->fresh < v->batch &&
	     v->window_count < WINDOWS_MAX))
		return;
	write_all(v);
	report(v);
	if (v->pass.behind == 0)
		drop_windows(v);
	else if (v->window_count == WINDOWS_MAX)
		drop_oldest(v);
}

void ixp_view_close(struct ixp_view *v)
{
	if (!v->tree || v->span.start_s == 0)
		return;
	list_pairs(v);
	assert(v->window_count < WINDOWS_MAX);
	if (!ixp_window_known(v->span.alive_us, v->span.edge)) {
		v->counters.windows_unknown++;
	} else if (ixp_window_close(&v->windows[v->window_count], &v->sums,
				    &v->span) < 0) {
		v->sums.failed++;
	} else {
		v->counters.windows++;
		v->window_count++;
	}
	write_waiting(v, false);
	sweep(v);
	ixp_sums_clear(&v->sums);
	v->span = (struct ixp_span){ 0 };
}

void ixp_view_finish(struct ixp_view *v)
{
	ixp_view_close(v);
	if (v->window_count > 0) {
		write_waiting(v, true);
		if (v->window_count > 0)
			v->counters.rows_failed += v->pass.unsaved;
	}
	drop_windows(v);
}

struct ixp_counters ixp_view_counters(const struct ixp_view *v)
{
	struct ixp_counters c = v->counters;

	c.on = v->tree != NULL;
	c.pairs = 2 * (uint64_t)v->sums.pair_count;
	c.samples_refused = v->sums.samples_refused;
	c.samples_without_id = v->sums.samples_without_id;
	c.rows_failed += v->sums.failed;
	return c;
}
