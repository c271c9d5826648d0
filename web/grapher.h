/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_GRAPHER_H
#define LANTERNE_WEB_GRAPHER_H

/*
 * grapher — what is asked for by the addresses of IXP Manager's Grapher, and
 * the rows that it comes to.
 *
 * In its words "in" is what goes into the exchange, of everything but p2p and
 * multip2p: there it is what the first one receives. A row's time is its end,
 * as rrdtool says it. A row is known if half of it is, and what is not known is
 * left out of the log and of the statistics, never taken as zero.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/ixp_tree.h"
#include "store/render.h"
#include "util/attr.h"
#include "util/text.h"
#include "web/page.h"
#include "web/subject.h"
#include "web/traffic.h"

enum grapher_type { GRAPHER_PNG, GRAPHER_LOG, GRAPHER_RRD, GRAPHER_JSON };
enum grapher_category { GRAPHER_BITS, GRAPHER_PKTS, GRAPHER_OTHERS };
enum grapher_protocol { GRAPHER_ALL, GRAPHER_IPV4, GRAPHER_IPV6 };

struct grapher_period {
	const char *name;
	int64_t length_s;
	uint32_t row_s;	 /* of the log */
	uint32_t fine_s; /* of the means that its rows are made of */
};

struct grapher_query {
	enum grapher_type type;
	enum grapher_category category;
	enum grapher_protocol protocol;
	const struct grapher_period *period;
};

/* Which traffic "in" and "out" are. */
enum grapher_sense {
	GRAPHER_FROM_IS_IN,
	GRAPHER_TO_IS_IN, /* of a pair: what the first one receives */
	GRAPHER_BOTH_ARE_FROM,
};

/* A graph that is there. */
struct grapher_graph {
	const char *name;  /* "vlaninterface" */
	const char *class; /* how Grapher calls it */
	struct subject subject;
	enum grapher_sense sense;
	bool has_file;	 /* in IXP Manager's tree, of each protocol and unit */
	bool is_of_tree; /* there is nothing else of it */
	struct ixp_file file;
	struct text ids; /* "svli=7&dvli=8" */
};

/* Rows of a log; bit/s or packets/s, NaN where unknown. */
struct grapher_rows {
	int64_t from_s;
	uint32_t row_s;
	size_t count;
	double *average[WAY_COUNT];
	double *maximum[WAY_COUNT]; /* of the means that the row is made of */
	double *storage;
};

struct grapher_statistics {
	double total; /* bits or packets of the known rows */
	double current;
	double average; /* over the known rows; NaN: there is none */
	double maximum;
	int64_t maximum_at_s; /* its row's end; 0: there is none */
};

/** What a request says; what is not valid is taken as not said. */
struct grapher_query grapher_query_of(const struct request *request);

/** "bits", "day" and so on. */
const char *grapher_type_name(enum grapher_type type);
const char *grapher_category_name(enum grapher_category category);
const char *grapher_protocol_name(enum grapher_protocol protocol);
const struct grapher_period *grapher_period_at(size_t i); /* NULL: no more */

/**
 * Find what a request names.
 *
 * @param why  gets a sentence where there is no such graph
 * @return whether there is one; then to be freed with grapher_fini
 */
MUST_CHECK bool grapher_find(struct grapher_graph *out, const struct call *call,
			     const char **why);

/* Whose traffic a graph is of: two members', or twice that of one. */
struct grapher_owners {
	uint32_t asns[2]; /* 0: there is no such graph */
};

/** Whose the graph is that a request names, if it is of members. */
struct grapher_owners grapher_owners(const struct call *call);

/** Free what grapher_find filled. */
void grapher_fini(struct grapher_graph *graph);

/**
 * Read the rows of a graph.
 *
 * @return 0; ERR_UNSUPPORTED (it is not counted in packets); ERR_STORE,
 *         ERR_RANGE, -ENOMEM; with 0 to be freed by grapher_rows_fini
 */
MUST_CHECK int grapher_rows(struct grapher_rows *out, const struct call *call,
			    const struct grapher_graph *graph,
			    const struct grapher_query *query);
void grapher_rows_fini(struct grapher_rows *rows);

/** Which of the two ways "in", or else "out", is. */
enum way grapher_way(const struct grapher_graph *graph, bool in);

/** What a way's rows come to. */
struct grapher_statistics grapher_statistics(const struct grapher_rows *rows,
					     enum way way);

/** Append the log: [[end, average in, out, maximum in, out], ...]. */
void grapher_add_log(struct text *out, const struct grapher_graph *graph,
		     const struct grapher_rows *rows);

/** Append the description, with its statistics. */
void grapher_add_json(struct text *out, const struct grapher_graph *graph,
		      const struct grapher_query *query,
		      const struct grapher_rows *rows);

/** Say what is to be drawn. @return 0 or ERR_RANGE */
MUST_CHECK int grapher_fill_png(struct render_job *job, const struct call *call,
				const struct grapher_graph *graph,
				const struct grapher_query *query,
				const struct grapher_rows *rows);

void page_grapher(const struct call *call, struct response *r);

/** The exchange's total as Euro-IX's json-traffic. */
void page_json_traffic_series(const struct call *call, struct response *r);
void page_json_traffic_statistics(const struct call *call, struct response *r);

/** A file of IXP Manager's tree, for those who may have it. */
void page_tree(const struct call *call, struct response *r);

#endif
