/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_REPORT_H
#define LANTERNE_WEB_REPORT_REPORT_H

/*
 * report — everything that a report of the exchange or of a member says, as
 * values. What it is written as (text, CSV, JSON, HTML, a mail) takes them from
 * here, so no two forms disagree.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/series_list.h"
#include "util/attr.h"
#include "web/auth/principal.h"
#include "web/page.h"
#include "web/ports.h"
#include "web/report/books.h"
#include "web/report/figures.h"
#include "web/report/findings.h"
#include "web/report/history.h"
#include "web/report/pair_sums.h"
#include "web/report/records.h"
#include "web/subject.h"

enum { REPORT_GAPS_MAX = 8, REPORT_SMALL = 10 /* lines of a short table */ };

/* What the reports of a span have in common. */
struct report_basis {
	const struct call *call; /* sees everything; now_s is the span's end */
	struct span span;
	struct books books;
	struct history history;
	struct records records;
	struct pair_sums pairs;
	struct findings findings;
	struct series_set former; /* members that have files; those of the
				   * roster among them */
	struct port_row *ports;	  /* all of them */
	size_t port_count;
	double threshold; /* of a port's speed, of 1 */
};

/**
 * Read what all reports of a span need.
 * @param with_pairs  members' peers are wanted, too
 * @param out  on success to be freed with report_basis_fini
 * @return 0 or -ENOMEM
 */
MUST_CHECK int report_basis_load(struct report_basis *out,
				 const struct call *call,
				 const struct span *span, bool with_pairs);

void report_basis_fini(struct report_basis *basis);

/* Something that is part of what the report is of. */
struct report_line {
	struct subject subject;
	struct figures figures;
	const struct member *member; /* NULL: a former one's, or nobody's */
};

struct report_port {
	const struct port_row *row;
	struct subject subject;
	struct figures figures;
	struct view
	    view; /* of rows only where the port is over the threshold */
	bool has_view;
	double errors[WAY_COUNT]; /* packets; NaN: unknown */
	double discards[WAY_COUNT];
	double use[WAY_COUNT]; /* the highest five minutes, of its speed */
	bool is_over;	       /* the threshold */
};

struct report {
	const struct report_basis *basis;
	const struct member *member; /* NULL: the exchange */
	struct principal reader;     /* what is not this one's is left out */
	struct call call;
	struct subject subject;
	struct figures total;
	struct view view;
	struct comparison usual[WAY_COUNT];
	struct broken broken;
	struct figures_gap gaps[REPORT_GAPS_MAX];
	size_t gap_count;
	struct date missing[SPAN_DAYS_MAX]; /* days of which nothing is known */
	unsigned missing_count;
	struct report_line *lines; /* the exchange's members, largest first; a
				    * member's VLAN interfaces, if several */
	size_t line_count;
	struct report_line *groups; /* the exchange's VLANs, then switches */
	size_t group_count;
	struct report_port *ports; /* in port order */
	size_t port_count;
	size_t ports_hidden; /* shared with other members */
	size_t unreadable; /* parts whose files are damaged; the log says which
			    */
	const struct peer_sum *peers; /* the largest first; borrowed */
	size_t peer_count;
};

/**
 * Work a report out.
 *
 * @param out       stays where it is: it points into itself; on success to be
 *                  freed with report_fini
 * @param member    NULL: of the exchange
 * @param language  of its reader
 * @return 0; ERR_NOT_FOUND: nothing at all is known of it; ERR_STORE,
 *         ERR_RANGE or -ENOMEM
 */
MUST_CHECK int report_load(struct report *out, const struct report_basis *basis,
			   const struct member *member,
			   const struct language *language);

void report_fini(struct report *report);

/* A way of writing a report down. */
struct report_format {
	const char *name;   /* in the command line: "text" */
	const char *suffix; /* of its files: "txt" */
	void (*add)(struct text *out, const struct report *report);
};

/** The format of a name, or NULL; mail is web/report/mail.h. */
const struct report_format *report_format(const char *name);

void report_add_csv(struct text *out, const struct report *report);
void report_add_json(struct text *out, const struct report *report);

struct json_writer;

/** Put what JSON has of stations and sources. */
void report_put_findings(struct json_writer *w, const struct report *report);

#endif
