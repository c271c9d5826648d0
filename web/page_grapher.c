/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /grapher/GRAPH?id=&period=&type=&category=&protocol=, as IXP Manager's
 * Grapher answers, and its tree of RRD files. */

#include "store/rrd_read.h"
#include "util/err.h"
#include "web/access.h"
#include "web/client.h"
#include "web/grapher.h"
#include "web/png.h"

enum { MAX_AGE_S = 60 };

/* In plain text and English: it is for programs. */
static void refuse(struct response *r, unsigned status, const char *why)
{
	text_clear(&r->body);
	r->status = status;
	r->content_type = "text/plain; charset=utf-8";
	r->max_age_s = -1;
	text_addf(&r->body, "%s\n", why);
}

static void name_file(struct response *r, const struct grapher_query *query)
{
	struct text name;

	text_init(&name);
	text_addf(&name, "grapher-lanterne-%s-%s-%s.%s",
		  grapher_category_name(query->category), query->period->name,
		  grapher_protocol_name(query->protocol),
		  grapher_type_name(query->type));
	r->filename = text_steal(&name);
}

/* IXP Manager's own file where the tree has one of this, else that of our
 * series, with everything that is kept of it. */
static int read_file(struct text *out, const struct call *call,
		     const struct grapher_graph *graph,
		     const struct grapher_query *query)
{
	const struct registry_group *group = graph->subject.group;
	struct series series = graph->subject.series;
	struct ixp_file file = graph->file;

	if (graph->has_file && query->protocol != GRAPHER_ALL) {
		file.protocol =
		    query->protocol == GRAPHER_IPV6 ? IXP_IPV6 : IXP_IPV4;
		file.unit =
		    query->category == GRAPHER_PKTS ? IXP_PKTS : IXP_BYTES;
		return ixp_tree_read_whole(out, call->config->ixp_manager.tree,
					   &file);
	}
	if (graph->is_of_tree || graph->subject.in_all_vlans ||
	    (group && group->switch_count != 1))
		return ERR_UNSUPPORTED;
	if (group)
		series.switch_name =
		    call->config->switches[group->switches[0]].name;
	return series_read_whole(out, call->config->state_dir, &series);
}

static void answer_file(const struct call *call, struct response *r,
			const struct grapher_graph *graph,
			const struct grapher_query *query)
{
	int rc = read_file(&r->body, call, graph, query);

	if (rc == ERR_UNSUPPORTED)
		refuse(r, 404,
		       graph->is_of_tree
			   ? "There is a file of each protocol alone: "
			     "protocol is ipv4 or ipv6."
			   : "This is a sum, which has no file of its own: "
			     "type is png, log or json.");
	else if (rc == ERR_NOT_FOUND)
		refuse(r, 404, "There is no such file yet.");
	else if (rc < 0)
		refuse(r, 500, "The store could not be read.");
	if (rc < 0)
		return;
	r->content_type = "application/octet-stream";
	r->max_age_s = MAX_AGE_S;
	name_file(r, query);
}

static void answer_image(const struct call *call, struct response *r,
			 const struct grapher_graph *graph,
			 const struct grapher_query *query,
			 const struct grapher_rows *rows)
{
	struct render_job *job;
	struct text key;

	text_init(&key);
	text_addf(&key, "grapher %s?%s %s %s %s %s", graph->name,
		  text_str(&graph->ids), query->period->name,
		  grapher_category_name(query->category),
		  grapher_protocol_name(query->protocol),
		  call->language ? call->language->code : "en");
	job = png_prepare(call, r, text_str(&key), MAX_AGE_S);
	text_fini(&key);
	if (job && grapher_fill_png(job, call, graph, query, rows) < 0) {
		png_drop(r);
		refuse(r, 500, "The image could not be drawn.");
	}
	if (r->wait || r->status == 200) {
		r->is_translated = true;
		name_file(r, query);
	}
}

static void answer_rows(const struct call *call, struct response *r,
			const struct grapher_graph *graph,
			const struct grapher_query *query)
{
	struct grapher_rows rows;
	int rc = grapher_rows(&rows, call, graph, query);

	if (rc == ERR_UNSUPPORTED)
		refuse(r, 404,
		       "Pairs of members are counted in bits only: "
		       "category is bits.");
	else if (rc < 0)
		refuse(r, 500, "The store could not be read.");
	if (rc < 0)
		return;
	if (query->type == GRAPHER_PNG) {
		answer_image(call, r, graph, query, &rows);
	} else {
		r->content_type = "application/json";
		r->max_age_s = MAX_AGE_S;
		name_file(r, query);
		if (query->type == GRAPHER_LOG)
			grapher_add_log(&r->body, graph, &rows);
		else
			grapher_add_json(&r->body, graph, query, &rows);
	}
	grapher_rows_fini(&rows);
}

void page_grapher(const struct call *call, struct response *r)
{
	struct grapher_query query = grapher_query_of(call->request);
	struct grapher_graph graph = { .name = NULL };
	const char *why;

	r->is_data = true;
	if (!grapher_find(&graph, call, &why)) {
		refuse(r, 404, why);
		grapher_fini(&graph);
		return;
	}
	if (query.category == GRAPHER_OTHERS)
		refuse(r, 404, "Not served: category is bits or pkts.");
	else if (query.type == GRAPHER_RRD)
		answer_file(call, r, &graph, &query);
	else
		answer_rows(call, r, &graph, &query);
	grapher_fini(&graph);
}

void page_tree(const struct call *call, struct response *r)
{
	const struct request *request = call->request;
	const char *root = call->config->ixp_manager.tree;
	struct ixp_file file;
	struct text path;
	int rc;

	r->is_public = false; /* for some alone */
	if (!(access_all(call) && !call->is_open) &&
	    !client_may_read_tree(call->origin, &call->config->web)) {
		refuse(r, 403,
		       "Only addresses of web.rrd_from, auditors and operators "
		       "may have these files.");
		return;
	}
	text_init(&path);
	for (size_t i = 1; i < request->segment_count; i++)
		text_addf(&path, "%s%s", i > 1 ? "/" : "",
			  request->segments[i]);
	rc = root ? ixp_tree_parse(text_str(&path), &file) : ERR_NOT_FOUND;
	text_fini(&path);
	if (rc == 0)
		rc = ixp_tree_read_whole(&r->body, root, &file);
	if (rc == 0) {
		r->content_type = "application/octet-stream";
		r->max_age_s = 0; /* who may have it is asked each time */
		return;
	}
	if (!root)
		refuse(r, 404,
		       "No tree is written: ixp_manager.tree is "
		       "not configured.");
	else if (rc == ERR_NOT_FOUND || rc == ERR_SYNTAX)
		refuse(r, 404, "There is no such file.");
	else
		refuse(r, 500, "The store could not be read.");
}
