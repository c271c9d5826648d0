/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_HEALTH_H
#define LANTERNE_WEB_HEALTH_H

/*
 * health — the sections of /health, and what their tables are made of.
 *
 * All take a call whose status is there.
 */

#include "util/text.h"
#include "web/page.h"

/** What is wrong, in a few lines with links; or that nothing is. */
void health_add_verdict(const struct call *call, struct text *out);

/** Datagrams, samples and what became of them. */
void health_add_input(const struct status *status, struct text *out);

/** Observations: attributed, or dropped for which reason. */
void health_add_ledger(const struct status *status, struct text *out);

/** Steps and rows written. */
void health_add_store(const struct status *status, struct text *out);

/** Every receiver of relayed datagrams; nothing if there is none. */
void health_add_relays(const struct status *status, struct text *out);

/** What this server has had to do; nothing without one. Needs no status. */
void health_add_requests(const struct call *call, struct text *out);

/** Every switch with what it sent. */
void health_add_switches(const struct call *call, struct text *out);

/** How good the samples are: sides that do not count, losses, and estimates
 * that are off the counters. */
void health_add_sampling(const struct call *call, struct text *out);

/** Ports whose estimates drift away from their counters. */
size_t health_drifts(const struct status *status);

/** Mirrors: what they see twice, merged or not at all; nothing if there is
 * none. */
void health_add_mirrors(const struct call *call, struct text *out);

/** Whether a source is one of mirrored frames. */
bool health_is_mirror(const struct status_source *source);

/** Interfaces that mirrors are to come by and that are not read. */
size_t health_mirrors_down(const struct status *status);

/** Mirrors that copy frames in both directions, and count them so. */
size_t health_doubled(const struct status *status);

/** Mirrors whose frames the switch cuts, and that count them so. */
size_t health_cut(const struct status *status);

/** Directions of ports of which a mirror sees less, or more, than the counters
 * say, for long. */
size_t health_uncovered(const struct status *status);

/** Add what share of a direction of a port a mirror sees, which is known, and
 * whether that is wrong. */
void health_add_coverage(struct text *out, const struct status_calibration *c);

/** Refused agents, unknown MACs and what was learned, with what to paste. */
void health_add_unknowns(const struct call *call, struct text *out);

/** What was learned of the ports: moved stations, contradictions, and the
 * lines of those that are not configured. */
void health_add_learned(const struct call *call, struct text *out);

/** Whether received datagrams are the sum of what became of them. */
bool health_datagrams_add_up(const struct status *status);

/** Whether observations are the sum of what became of them. */
bool health_ledger_balances(const struct status *status);

/** A counter by its key, NaN: not said. */
double health_count(const struct status_counts *counts, const char *key);

/** The start of a section with its heading, which is translated here. */
void health_section(struct text *out, const char *id, const char *heading);

/** A line marked "good", "warn" or "bad", and one that cannot be overlooked;
 * words are translated here. */
void health_flag(struct text *out, const char *kind, const char *words);
void health_banner(struct text *out, const char *words);

/**
 * The start of a table; a column whose name begins with # is numbers. Caption
 * and names (without the #) are translated here.
 */
void health_table(struct text *out, const char *caption,
		  const char *const *columns);
void health_table_end(struct text *out);

/** Cells: plain text; a count; how long ago something was. */
void health_cell(struct text *out, const char *string);
void health_number(struct text *out, double value);
void health_age(const struct call *call, struct text *out, double at_s);

#endif
