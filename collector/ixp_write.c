/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/ixp_write.h"

#include "util/err.h"

enum { FAILURES_MAX = 16 /* in a row: it is not the file but the disk */ };

/* The rows that a file may lack. */
struct gathered {
	struct ixp_file file;
	size_t count;
	size_t fresh;	/* of them, the first that no file was given yet */
	bool has_first; /* of the first window that waits */
	struct {
		int64_t start_s;
		struct ixp_amounts rates;
	} rows[IXP_WINDOWS_MAX];
};

/* What a file has for in and out: which sides. */
struct sides {
	int in;
	int out;
};

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

bool ixp_pair_is_aged(const struct ixp_view *v, const struct ixp_pair *pair,
		      int protocol, int64_t now_s)
{
	if (pair->since_s[protocol] == IXP_NEVER)
		return true;
	return pair->last_s[protocol] != IXP_UNKNOWN &&
	       now_s - pair->last_s[protocol] > v->age_s;
}

/* Hand a file the rows that it lacks. */
static int store(struct ixp_view *v, const struct gathered *g, size_t first,
		 struct sides sides)
{
	struct series_row rows[IXP_WINDOWS_MAX];
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
		v->pass.stored = true;
		v->counters.rows += count - skipped;
		v->counters.rows_old += skipped;
	}
	return rc;
}

/* Note that a file was not given rows: they wait, or are lost for it. */
static void note_missing(struct ixp_view *v, const struct gathered *g,
			 struct ixp_lacking *lacking, uint8_t bit)
{
	bool was_behind = lacking->behind & bit;
	size_t count = g->count - (was_behind ? 0 : g->fresh);

	/* An hour has not helped, and others could be written: let go. */
	if (was_behind && v->others_stored && !v->pass.given_up &&
	    v->window_count == IXP_WINDOWS_MAX)
		lacking->given_up |= bit;
	if (lacking->given_up & bit) {
		v->counters.rows_failed += count;
		lacking->behind &= (uint8_t)~bit;
		return;
	}
	lacking->behind |= bit;
	v->pass.behind++;
	v->pass.unsaved += count;
	v->pass.oldest += g->has_first && count == g->count;
}

/* Write one file, or note that it lacks rows. */
static void write_file(struct ixp_view *v, const struct gathered *g,
		       struct sides sides, struct ixp_lacking *lacking,
		       uint8_t bit)
{
	struct ixp_pass *pass = &v->pass;
	size_t first = lacking->behind & bit ? 0 : g->fresh;
	int rc = ERR_STORE;

	if (first == g->count) {
		lacking->behind &= (uint8_t)~bit;
		return;
	}
	if (!pass->given_up)
		rc = store(v, g, first, sides);
	if (rc == 0) {
		pass->in_a_row = 0;
		lacking->behind &= (uint8_t)~bit;
		lacking->given_up &= (uint8_t)~bit;
		return;
	}
	note_missing(v, g, lacking, bit);
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
		write_file(v, &g, sides, &lan->lacking,
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
		write_file(v, &g, sides, &source->lacking,
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
		write_file(v, g, of_low, &pair->lacking, (uint8_t)(1u << at++));
		g->file.id = high;
		g->file.other = low;
		write_file(v, g, of_high, &pair->lacking,
			   (uint8_t)(1u << at++));
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
		if (!idle || !ixp_pair_is_aged(v, pair, p, end_s))
			gather(v, &g, i, &rates);
	}
	write_orders(v, &g, pair);
}

void ixp_write_all(struct ixp_view *v)
{
	v->others_stored = v->pass.stored;
	v->pass = (struct ixp_pass){ 0 };
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
