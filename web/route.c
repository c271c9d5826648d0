/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/route.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/ipaddr.h"
#include "util/err.h"
#include "util/zone.h"
#include "web/api.h"
#include "web/embed.h"
#include "web/grapher.h"
#include "web/languages.h"
#include "web/page.h"

enum { PREPARE_WITHIN_S = 900 }; /* of the last visit */

/* The process answers. */
static void answer_live(const struct call *call, struct response *r)
{
	(void)call;
	r->content_type = "text/plain; charset=utf-8";
	text_add(&r->body, "ok\n");
}

/* There is data, and it is not old. */
static void answer_ready(const struct call *call, struct response *r)
{
	const char *problem = "";

	if (!call->status)
		problem = "no status file of the collector";
	else if (page_is_stale(call))
		problem = "data is stale";
	else if (*call->status->last_error)
		problem = "the collector cannot store";
	r->content_type = "text/plain; charset=utf-8";
	r->status = *problem ? 503 : 200;
	text_addf(&r->body, "%s\n", *problem ? problem : "ok");
}

/* A "*" at the end of a pattern's segment stands for any rest of one. */
struct route {
	const char *pattern;
	page_answer answer;
	bool is_public; /* seen by everyone, whatever the access */
	enum site_dear dear;
};

static const struct route routes[] = {
	{ "", page_home, true, SITE_DEAR_HOME },
	{ "members", page_members, true, SITE_DEAR_MEMBERS },
	{ "members/*", page_member, false, SITE_DEAR_NONE },
	{ "members/*/*", page_pair, false, SITE_DEAR_NONE },
	{ "ports", page_ports, false, SITE_DEAR_PORTS },
	{ "ports/*/*", page_port, false, SITE_DEAR_NONE },
	{ "heat", page_heat, false, SITE_DEAR_NONE },
	{ "links", page_links, false, SITE_DEAR_NONE },
	{ "switches", page_switches, false, SITE_DEAR_NONE },
	{ "lan", page_lan, false, SITE_DEAR_NONE },
	{ "league", page_league, false, SITE_DEAR_NONE },
	{ "matrix", page_matrix, false, SITE_DEAR_NONE },
	{ "health", page_health, false, SITE_DEAR_NONE },
	{ "traffic/infrastructure", page_traffic, true, SITE_DEAR_NONE },
	{ "traffic/location", page_traffic, true, SITE_DEAR_NONE },
	{ "traffic/vlan", page_traffic, true, SITE_DEAR_NONE },
	{ "embed/exchange", page_embed, true, SITE_DEAR_NONE },
	{ "embed/infrastructure", page_embed, true, SITE_DEAR_NONE },
	{ "embed/location", page_embed, true, SITE_DEAR_NONE },
	{ "embed/vlan", page_embed, true, SITE_DEAR_NONE },
	{ "traffic/switch", page_traffic, false, SITE_DEAR_NONE },
	{ "graph/exchange.*", page_graph, true, SITE_DEAR_NONE },
	{ "graph/infrastructure.*", page_graph, true, SITE_DEAR_NONE },
	{ "graph/location.*", page_graph, true, SITE_DEAR_NONE },
	{ "graph/vlan.*", page_graph, true, SITE_DEAR_NONE },
	{ "graph/scaled.*", page_scaled, false, SITE_DEAR_NONE },
	{ "graph/matrix.json", page_matrix_json, false, SITE_DEAR_NONE },
	{ "graph/matrix.csv", page_matrix_csv, false, SITE_DEAR_NONE },
	{ "graph/league.csv", page_league_csv, false, SITE_DEAR_NONE },
	{ "graph/ports.csv", page_ports_csv, false, SITE_DEAR_NONE },
	{ "graph/*", page_graph, false, SITE_DEAR_NONE },
	{ "api/v1/openapi.json", api_openapi, true, SITE_DEAR_NONE },
	{ "api/v1/version", api_version, true, SITE_DEAR_NONE },
	{ "api/v1/health", api_health, true, SITE_DEAR_NONE },
	{ "api/v1/members", api_members, true, SITE_DEAR_NONE },
	{ "api/v1/members/*", api_member, false, SITE_DEAR_NONE },
	{ "api/v1/members/*/peers", api_peers, false, SITE_DEAR_NONE },
	{ "api/v1/ports", api_ports, false, SITE_DEAR_NONE },
	{ "api/v1/ports/*/*", api_port, false, SITE_DEAR_NONE },
	{ "api/v1/vlans", api_vlans, true, SITE_DEAR_NONE },
	{ "api/v1/infrastructures", api_infrastructures, true, SITE_DEAR_NONE },
	{ "api/v1/locations", api_locations, true, SITE_DEAR_NONE },
	{ "api/v1/switches", api_switches, false, SITE_DEAR_NONE },
	{ "api/v1/series/exchange", api_series, true, SITE_DEAR_NONE },
	{ "api/v1/series/infrastructure", api_series, true, SITE_DEAR_NONE },
	{ "api/v1/series/location", api_series, true, SITE_DEAR_NONE },
	{ "api/v1/series/vlan", api_series, true, SITE_DEAR_NONE },
	{ "api/v1/series/*", api_series, false, SITE_DEAR_NONE },
	{ "api/v1/statistics/exchange", api_statistics, true, SITE_DEAR_NONE },
	{ "api/v1/statistics/infrastructure", api_statistics, true,
	  SITE_DEAR_NONE },
	{ "api/v1/statistics/location", api_statistics, true, SITE_DEAR_NONE },
	{ "api/v1/statistics/vlan", api_statistics, true, SITE_DEAR_NONE },
	{ "api/v1/statistics/*", api_statistics, false, SITE_DEAR_NONE },
	{ "api/v1/pairs", api_pairs, false, SITE_DEAR_NONE },
	{ "api/v1/matrix", api_matrix, false, SITE_DEAR_NONE },
	/* Graphs that everyone may see, and those that are not served. */
	{ "grapher/ixp", page_grapher, true, SITE_DEAR_NONE },
	{ "grapher/infrastructure", page_grapher, true, SITE_DEAR_NONE },
	{ "grapher/location", page_grapher, true, SITE_DEAR_NONE },
	{ "grapher/vlan", page_grapher, true, SITE_DEAR_NONE },
	{ "grapher/physicalinterface", page_grapher, true, SITE_DEAR_NONE },
	{ "grapher/virtualinterface", page_grapher, true, SITE_DEAR_NONE },
	{ "grapher/trunk", page_grapher, true, SITE_DEAR_NONE },
	{ "grapher/corebundle", page_grapher, true, SITE_DEAR_NONE },
	{ "grapher/latency", page_grapher, true, SITE_DEAR_NONE },
	{ "grapher/*", page_grapher, false, SITE_DEAR_NONE },
	{ "json-traffic/v1/timeseries.json", page_json_traffic_series, true,
	  SITE_DEAR_NONE },
	{ "json-traffic/v1/statistics.json", page_json_traffic_statistics, true,
	  SITE_DEAR_NONE },
	{ "grapher-sflow/*/*/*/*", page_tree, true, SITE_DEAR_NONE },
	{ "grapher-sflow/*/*/*/*/*", page_tree, true, SITE_DEAR_NONE },
	{ "style.css", page_asset, true, SITE_DEAR_NONE },
	{ "app.js", page_asset, true, SITE_DEAR_NONE },
	{ "uplot.js", page_asset, true, SITE_DEAR_NONE },
	{ "uplot.css", page_asset, true, SITE_DEAR_NONE },
	{ "licenses.txt", page_asset, true, SITE_DEAR_NONE },
	{ "favicon.svg", page_asset, true, SITE_DEAR_NONE },
	{ "favicon.ico", page_asset, true, SITE_DEAR_NONE },
	{ "livez", answer_live, true, SITE_DEAR_NONE },
	{ "readyz", answer_ready, true, SITE_DEAR_NONE },
};

const char *route_pattern(size_t index)
{
	return index < sizeof(routes) / sizeof(routes[0])
		   ? routes[index].pattern
		   : NULL;
}

static bool matches(const struct request *request, const char *pattern)
{
	for (size_t i = 0; i < request->segment_count; i++) {
		size_t len = strcspn(pattern, "/");
		const char *segment = request->segments[i];
		bool is_open = len > 0 && pattern[len - 1] == '*';
		size_t fixed = len - is_open;

		if (len == 0 || strncmp(segment, pattern, fixed) != 0 ||
		    (!is_open && segment[fixed] != '\0'))
			return false;
		pattern += len;
		pattern += *pattern == '/';
	}
	return *pattern == '\0';
}

static const struct route *find(const struct request *request)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (matches(request, routes[i].pattern))
			return &routes[i];
	}
	return NULL;
}

static bool ends_with(const char *text, size_t len, const char *tail)
{
	size_t n = strlen(tail);

	return len >= n && strncasecmp(text + len - n, tail, n) == 0;
}

bool route_host_is_local(const char *host)
{
	size_t len = strcspn(host, ":");
	struct ipaddr addr;

	if (*host == '[') {
		len = strcspn(host, "]");
		return host[len] == ']' &&
		       ipaddr_parse(host + 1, len - 1, &addr) == 0;
	}
	return ipaddr_parse(host, len, &addr) == 0 ||
	       (len == 9 && ends_with(host, len, "localhost")) ||
	       ends_with(host, len, ".localhost");
}

static void dispatch(struct call *call, const struct route_request *from,
		     struct response *r)
{
	const char *method = from->method;
	const struct route *route = find(call->request);

	/* A foreign name that resolves to this address is how a web page
	 * elsewhere would read an open site through its visitor's browser. */
	if (call->is_open && !route_host_is_local(from->host)) {
		call->is_open = false;
		page_refuse(
		    call, r, 421,
		    TR("With access: open this server answers only to "
		       "localhost and to addresses. A proxy in front of "
		       "it has to send Host: localhost."));
	} else if (!route) {
		page_refuse(call, r, 404, TR("There is no such page."));
	} else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		page_refuse(call, r, 405, TR("This page can only be read."));
		r->allow = "GET, HEAD";
	} else if (!route->is_public && !call->is_open) {
		page_refuse(call, r, 403,
			    TR("This version has no accounts yet; it shows "
			       "this page only where the configuration says "
			       "\"access: open\"."));
	} else {
		r->is_public = route->is_public;
		if (call->is_visited && route->dear != SITE_DEAR_NONE)
			site_note(call->site, route->dear);
		route->answer(call, r);
	}
}

static void set_now(struct call *call, uint64_t serial)
{
	const struct status *s = call->status;

	call->now_s = (int64_t)call->wall_s;
	if (s && s->is_replay && fabs(s->now) < 1e11)
		call->now_s = (int64_t)s->now;
	call->epoch = (struct memo_epoch){ .generation = serial };
	if (s && fabs(s->last_step_end) < 1e11)
		call->epoch.step_end_s = (int64_t)s->last_step_end;
	/* Steps that come tell a minute from the next; where none does, the
	 * clock has to. Periods end at multiples of five minutes. */
	call->epoch.period = call->now_s / (page_is_stale(call) ? 60 : 300);
}

static void set_language(struct call *call, const struct route_request *from,
			 struct response *r)
{
	const char *asked = NULL;

	if (call->request)
		asked = request_parameter(call->request, "lang");
	call->language =
	    languages_choose(call->config, asked, from->accept_language);
	r->body.language = call->language;
}

static void answer(struct site *site, const struct route_request *from,
		   bool is_visited, struct response *r)
{
	struct request request = { .segment_count = 0 };
	uint64_t serial;
	struct generation *generation = site_take_generation(site, &serial);
	struct call call = {
		.site = site,
		.registry = generation->registry,
		.config = generation->config,
		.status = site_take_status(site),
		.origin = &from->origin,
		.wall_s = site_time(site),
		.is_visited = is_visited,
	};
	int rc = request_parse(&request, from->target);

	call.is_api = strncmp(from->target, "/api/", 5) == 0 ||
		      (rc >= 0 && request.segment_count > 0 &&
		       strcmp(request.segments[0], "api") == 0);
	call.is_open = call.config->web.access == CONFIG_ACCESS_OPEN;
	set_now(&call, serial);
	if (rc >= 0)
		call.request = &request;
	set_language(&call, from, r);
	if (rc < 0)
		page_refuse(&call, r, rc == ERR_RANGE ? 414 : 400,
			    rc == ERR_RANGE ? TR("The address is too long.")
					    : TR("The address is not valid."));
	else
		dispatch(&call, from, r);
	site_release_status(site, call.status);
	generation_unref(generation);
}

void route_answer(struct site *site, const struct route_request *request,
		  struct response *r)
{
	answer(site, request, true, r);
}

bool route_key(char key[ROUTE_KEY_SIZE], struct site *site,
	       const struct route_request *request, uint64_t *serial)
{
	bool is_read = strcmp(request->method, "GET") == 0 ||
		       strcmp(request->method, "HEAD") == 0;
	struct generation *generation;
	const struct language *language;
	bool is_open;
	int len;

	if (!is_read)
		return false;
	generation = site_take_generation(site, serial);
	is_open = generation->config->web.access == CONFIG_ACCESS_OPEN;
	/* A language that the address asks for is in the target. */
	language = languages_choose(generation->config, NULL,
				    request->accept_language);
	len = snprintf(key, ROUTE_KEY_SIZE, "?%c %s %s",
		       !is_open				    ? 'p'
		       : route_host_is_local(request->host) ? 'a'
							    : 'n',
		       language->code, request->target);
	generation_unref(generation);
	return len > 0 && len < ROUTE_KEY_SIZE;
}

/* Whether there is a step that was not there at the last look. */
static bool has_new_step(struct site *site, double *last_step_end)
{
	const struct status *s = site_take_status(site);
	bool is_new = s && s->last_step_end != *last_step_end;

	if (is_new)
		*last_step_end = s->last_step_end;
	site_release_status(site, s);
	return is_new;
}

/* Sum today's pairs as they come: the first visitor would wait for it. */
static void follow_pairs(struct site *site, bool is_new)
{
	uint64_t serial;
	struct generation *generation = site_take_generation(site, &serial);

	pair_days_follow(site_pair_days(site), generation->config->state_dir,
			 zone_date(site_data_time(site)), is_new);
	generation_unref(generation);
}

void route_prepare(struct site *site, double *last_step_end)
{
	bool is_new = has_new_step(site, last_step_end);

	follow_pairs(site, is_new);
	if (!is_new)
		return;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const struct route *route = &routes[i];
		char target[32];
		const struct route_request request = { .method = "GET",
						       .target = target,
						       .host = "localhost" };
		struct response r;

		if (route->dear == SITE_DEAR_NONE ||
		    site_time(site) - site_noted(site, route->dear) >
			PREPARE_WITHIN_S)
			continue;
		(void)snprintf(target, sizeof(target), "/%s", route->pattern);
		response_init(&r);
		answer(site, &request, false, &r);
		response_fini(&r);
	}
}
