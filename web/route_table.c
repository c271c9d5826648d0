/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/route_table.h"

#include <string.h>

#include "web/account.h"
#include "web/api.h"
#include "web/embed.h"
#include "web/grapher.h"
#include "web/login.h"
#include "web/metrics.h"
#include "web/probe.h"
#include "web/users_page.h"

static const struct route routes[] = {
	{ "", page_home, NULL, ACCESS_OF_EXCHANGE, SITE_DEAR_HOME },
	{ "members", page_members, NULL, ACCESS_OF_MEMBERS, SITE_DEAR_MEMBERS },
	{ "members/*", page_member, NULL, ACCESS_OF_MEMBER, SITE_DEAR_NONE },
	{ "members/*/*", page_pair, NULL, ACCESS_OF_PAIR, SITE_DEAR_NONE },
	{ "ports", page_ports, NULL, ACCESS_OF_STAFF, SITE_DEAR_PORTS },
	{ "ports/*/*", page_port, NULL, ACCESS_OF_PORT, SITE_DEAR_NONE },
	{ "heat", page_heat, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "links", page_links, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "switches", page_switches, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "lan", page_lan, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "league", page_league, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "matrix", page_matrix, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "health", page_health, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "traffic/infrastructure", page_traffic, NULL,
	  ACCESS_OF_INFRASTRUCTURE, SITE_DEAR_NONE },
	{ "traffic/location", page_traffic, NULL, ACCESS_OF_LOCATION,
	  SITE_DEAR_NONE },
	{ "traffic/vlan", page_traffic, NULL, ACCESS_OF_VLAN, SITE_DEAR_NONE },
	{ "embed/exchange", page_embed, NULL, ACCESS_OF_EXCHANGE,
	  SITE_DEAR_NONE },
	{ "embed/infrastructure", page_embed, NULL, ACCESS_OF_INFRASTRUCTURE,
	  SITE_DEAR_NONE },
	{ "embed/location", page_embed, NULL, ACCESS_OF_LOCATION,
	  SITE_DEAR_NONE },
	{ "embed/vlan", page_embed, NULL, ACCESS_OF_VLAN, SITE_DEAR_NONE },
	{ "traffic/switch", page_traffic, NULL, ACCESS_OF_SWITCH,
	  SITE_DEAR_NONE },
	{ "graph/scaled.*", page_scaled, NULL, ACCESS_OF_SCALED,
	  SITE_DEAR_NONE },
	{ "graph/matrix.json", page_matrix_json, NULL, ACCESS_OF_STAFF,
	  SITE_DEAR_NONE },
	{ "graph/matrix.csv", page_matrix_csv, NULL, ACCESS_OF_STAFF,
	  SITE_DEAR_NONE },
	{ "graph/league.csv", page_league_csv, NULL, ACCESS_OF_STAFF,
	  SITE_DEAR_NONE },
	{ "graph/ports.csv", page_ports_csv, NULL, ACCESS_OF_STAFF,
	  SITE_DEAR_NONE },
	{ "graph/*", page_graph, NULL, ACCESS_OF_SERIES, SITE_DEAR_NONE },
	{ "api/v1/openapi.json", api_openapi, NULL, ACCESS_OF_NOTHING,
	  SITE_DEAR_NONE },
	{ "api/v1/version", api_version, NULL, ACCESS_OF_NOTHING,
	  SITE_DEAR_NONE },
	{ "api/v1/health", api_health, NULL, ACCESS_OF_NOTHING,
	  SITE_DEAR_NONE },
	{ "api/v1/members", api_members, NULL, ACCESS_OF_MEMBERS,
	  SITE_DEAR_NONE },
	{ "api/v1/members/*", api_member, NULL, ACCESS_OF_MEMBER,
	  SITE_DEAR_NONE },
	{ "api/v1/members/*/peers", api_peers, NULL, ACCESS_OF_PEERS,
	  SITE_DEAR_NONE },
	{ "api/v1/ports", api_ports, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "api/v1/ports/*/*", api_port, NULL, ACCESS_OF_PORT, SITE_DEAR_NONE },
	{ "api/v1/vlans", api_vlans, NULL, ACCESS_OF_VLAN, SITE_DEAR_NONE },
	{ "api/v1/infrastructures", api_infrastructures, NULL,
	  ACCESS_OF_INFRASTRUCTURE, SITE_DEAR_NONE },
	{ "api/v1/locations", api_locations, NULL, ACCESS_OF_LOCATION,
	  SITE_DEAR_NONE },
	{ "api/v1/switches", api_switches, NULL, ACCESS_OF_STAFF,
	  SITE_DEAR_NONE },
	{ "api/v1/series/*", api_series, NULL, ACCESS_OF_SERIES,
	  SITE_DEAR_NONE },
	{ "api/v1/statistics/*", api_statistics, NULL, ACCESS_OF_SERIES,
	  SITE_DEAR_NONE },
	{ "api/v1/pairs", api_pairs, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "api/v1/matrix", api_matrix, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "grapher/*", page_grapher, NULL, ACCESS_OF_GRAPHER, SITE_DEAR_NONE },
	{ "json-traffic/v1/timeseries.json", page_json_traffic_series, NULL,
	  ACCESS_OF_EXCHANGE, SITE_DEAR_NONE },
	{ "json-traffic/v1/statistics.json", page_json_traffic_statistics, NULL,
	  ACCESS_OF_EXCHANGE, SITE_DEAR_NONE },
	{ "grapher-sflow/*/*/*/*", page_tree, NULL, ACCESS_OF_NOTHING,
	  SITE_DEAR_NONE },
	{ "grapher-sflow/*/*/*/*/*", page_tree, NULL, ACCESS_OF_NOTHING,
	  SITE_DEAR_NONE },
	{ "login", page_login, login_post, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "logout", NULL, logout_post, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "account", page_account, NULL, ACCESS_OF_USER, SITE_DEAR_NONE },
	{ "account/*", NULL, account_post, ACCESS_OF_USER, SITE_DEAR_NONE },
	{ "users", page_users, NULL, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "users/*", NULL, users_post, ACCESS_OF_STAFF, SITE_DEAR_NONE },
	{ "style.css", page_asset, NULL, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "app.js", page_asset, NULL, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "uplot.js", page_asset, NULL, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "uplot.css", page_asset, NULL, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "licenses.txt", page_asset, NULL, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "favicon.svg", page_asset, NULL, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "favicon.ico", page_asset, NULL, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "metrics", page_metrics, NULL, ACCESS_OF_METRICS, SITE_DEAR_NONE },
	{ "livez", probe_live, NULL, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
	{ "readyz", probe_ready, NULL, ACCESS_OF_NOTHING, SITE_DEAR_NONE },
};

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

const struct route *route_at(size_t index)
{
	return index < sizeof(routes) / sizeof(routes[0]) ? &routes[index]
							  : NULL;
}

const struct route *route_find(const struct request *request)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (matches(request, routes[i].pattern))
			return &routes[i];
	}
	return NULL;
}
