/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Windows wait in a ring until every file has its row of them. A file that
 * failed is marked as behind and gets all rows of the ring the next time; the
 * store leaves out those that it has. So nothing is kept per file but a bit. A
 * file that goes on failing when others do not is given up: it is offered each
 * new row, but no window waits for it.
 */
#include "collector/ixp_view.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/ixp_write.h"
#include "util/err.h"
#include "util/log.h"

enum { HOUR_S = 3600, DAY_S = 86400, PATH_SHOWN = 256 };

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
	v->held = false;
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
	v->batch = batch > 1 ? IXP_WINDOWS_MAX : 1;
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

/* One line when writing begins to fail, and one when it works again. */
static void report(struct ixp_view *v)
{
	bool fails = v->pass.reason != 0;
	char path[PATH_SHOWN];

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
	       (!ixp_pair_is_aged(v, pair, IXP_IPV4, now_s) ||
		!ixp_pair_is_aged(v, pair, IXP_IPV6, now_s));
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
	v->pass.oldest = 0;
	ixp_window_fini(&v->windows[0]);
	memmove(&v->windows[0], &v->windows[1],
		(v->window_count - 1) * sizeof(v->windows[0]));
	v->window_count--;
	v->fresh -= v->fresh > 0;
}

/* Write what waits, if it is time to. */
static void write_waiting(struct ixp_view *v, bool now)
{
	if (v->held && v->window_count == IXP_WINDOWS_MAX) {
		v->counters.windows_dropped += v->fresh == 0;
		drop_oldest(v);
	}
	if (v->held)
		return;
	if (v->window_count == 0 ||
	    (!now && v->window_count - v->fresh < v->batch &&
	     v->window_count < IXP_WINDOWS_MAX))
		return;
	ixp_write_all(v);
	report(v);
	if (v->pass.behind == 0)
		drop_windows(v);
	else if (v->window_count == IXP_WINDOWS_MAX)
		drop_oldest(v);
}

void ixp_view_close(struct ixp_view *v)
{
	if (!v->tree || v->span.start_s == 0)
		return;
	list_pairs(v);
	assert(v->window_count < IXP_WINDOWS_MAX);
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

void ixp_view_hold(struct ixp_view *v)
{
	v->held = v->tree != NULL;
}

void ixp_view_write_held(struct ixp_view *v)
{
	v->held = false;
	write_waiting(v, true);
}

/* What a pair remembers of the windows from a time on, it forgets. */
static void forget(struct ixp_pair *pair, int64_t from_s)
{
	for (int p = 0; p < IXP_PROTOCOL_COUNT; p++) {
		if (pair->since_s[p] >= from_s)
			pair->since_s[p] = IXP_NEVER;
		if (pair->last_s[p] > from_s)
			pair->last_s[p] = IXP_UNKNOWN;
	}
}

void ixp_view_drop_held(struct ixp_view *v)
{
	if (!v->held)
		return;
	for (uint32_t w = v->fresh; w < v->window_count; w++) {
		for (uint32_t i = 0; i < v->sums.pair_count; i++)
			forget(&v->sums.pairs[i], v->windows[w].start_s);
		ixp_window_fini(&v->windows[w]);
		v->counters.windows_dropped++;
	}
	v->window_count = v->fresh;
	v->held = false;
}

void ixp_view_finish(struct ixp_view *v)
{
	ixp_view_close(v);
	ixp_view_drop_held(v);
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
