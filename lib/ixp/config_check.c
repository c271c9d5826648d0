/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What no single key shows: values that must differ, and names that must
 * exist. Equal ones are found by sorting, so that a long file takes no
 * quadratic time; of two, the later one in the file is reported.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/config_parts.h"
#include "util/err.h"
#include "util/file.h"

enum { ZONE_NAME_MAX = 64, LABEL_SIZE = 128 };

/*
 * One value among those that must differ while they hold: a name, or a number
 * with "".
 */
struct entry {
	const char *name;
	uint64_t number;
	struct validity holds;
	struct place place;
};

struct entries {
	struct entry *all;
	size_t count;
	size_t capacity;
};

static int entries_init(struct entries *e, size_t capacity)
{
	*e = (struct entries){ .capacity = capacity };
	e->all = calloc(capacity ? capacity : 1, sizeof(*e->all));
	return e->all ? 0 : -ENOMEM;
}

static void entries_add(struct entries *e, const char *name, uint64_t number,
			struct place place)
{
	e->all[e->count++] =
	    (struct entry){ .name = name, .number = number, .place = place };
}

/* A value that a port's entry says. */
static void entries_add_of(struct entries *e, const char *name, uint64_t number,
			   const struct config_port *port)
{
	entries_add(e, name, number, port->place);
	e->all[e->count - 1].holds = port->holds;
}

static int compare_places(const struct place *a, const struct place *b)
{
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->column > b->column) - (a->column < b->column);
}

static int compare_values(const struct entry *a, const struct entry *b)
{
	int order = strcmp(a->name, b->name);

	if (order)
		return order;
	return (a->number > b->number) - (a->number < b->number);
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left;
	const struct entry *b = right;
	int order = compare_values(a, b);

	if (order)
		return order;
	if (a->holds.from_s != b->holds.from_s)
		return a->holds.from_s < b->holds.from_s ? -1 : 1;
	return compare_places(&a->place, &b->place);
}

static void entries_sort(struct entries *e)
{
	qsort(e->all, e->count, sizeof(*e->all), compare_entries);
}

/* Report one of two equal values that hold at the same time. */
static void report_pair(const struct entry *a, const struct entry *b,
			const char *what, struct diagnostics *d)
{
	bool in_order = compare_places(&a->place, &b->place) < 0;
	const struct entry *first = in_order ? a : b;
	const struct entry *second = in_order ? b : a;
	bool limited =
	    validity_is_limited(a->holds) || validity_is_limited(b->holds);
	char number[LABEL_SIZE];

	(void)snprintf(number, sizeof(number), "%llu",
		       (unsigned long long)a->number);
	diagnostics_error(d, second->place,
			  "found %s \"%s\" again, expected it once%s (line "
			  "%zu has it)",
			  what, a->name[0] ? a->name : number,
			  limited ? " at a time" : "", first->place.line);
}

/*
 * Report every value that is there more than once at a time, and forget them
 * all. Equal ones stand by when they begin, so that each has to be compared
 * only with the one before it that holds for longest.
 */
static void report_repeated(struct entries *e, const char *what,
			    struct diagnostics *d)
{
	const struct entry *last = e->all;

	entries_sort(e);
	for (size_t i = 1; i < e->count; i++) {
		const struct entry *x = &e->all[i];

		if (compare_values(last, x) != 0) {
			last = x;
			continue;
		}
		if (validity_overlaps(last->holds, x->holds))
			report_pair(last, x, what, d);
		if (validity_end_s(x->holds) > validity_end_s(last->holds))
			last = x;
	}
	e->count = 0;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* The most values that are compared with each other at a time. */
static size_t most_entries(const struct config *c)
{
	size_t most = larger(c->switch_count, c->vlan_count);

	for (size_t i = 0; i < c->switch_count; i++) {
		const struct config_switch *s = &c->switches[i];

		most = larger(most, larger(s->port_count, s->erspan_count));
		for (size_t j = 0; j < s->port_count; j++)
			most = larger(most, s->ports[j].asn_count);
	}
	return most;
}

static size_t total_lag_members(const struct config_switch *s)
{
	size_t total = 0;

	for (size_t i = 0; i < s->port_count; i++)
		total += s->ports[i].lag_count;
	return total;
}

static void check_vlans(const struct config *c, struct entries *e,
			struct diagnostics *d)
{
	for (size_t i = 0; i < c->vlan_count; i++) {
		if (c->vlans[i].tag)
			entries_add(e, "", c->vlans[i].tag, c->vlans[i].place);
	}
	report_repeated(e, "the VLAN", d);
	for (size_t i = 0; i < c->vlan_count; i++) {
		if (c->vlans[i].tag)
			entries_add(e, "", c->vlans[i].roster_vlan,
				    c->vlans[i].place);
	}
	report_repeated(e, "the roster_vlan", d);
}

static void check_ports(const struct config_switch *s, struct entries *e,
			struct diagnostics *d)
{
	for (size_t i = 0; i < s->port_count; i++) {
		if (s->ports[i].ifindex)
			entries_add_of(e, "", s->ports[i].ifindex,
				       &s->ports[i]);
	}
	report_repeated(e, "the ifindex", d);
	for (size_t i = 0; i < s->port_count; i++) {
		if (s->ports[i].name)
			entries_add_of(e, s->ports[i].name, 0, &s->ports[i]);
	}
	report_repeated(e, "the port", d);
}

static void check_erspan(const struct config_switch *s, struct entries *e,
			 struct diagnostics *d)
{
	for (size_t i = 0; i < s->erspan_count; i++) {
		if (s->erspan[i].session <= CONFIG_ERSPAN_SESSION_MAX)
			entries_add(e, "", s->erspan[i].session,
				    s->erspan[i].place);
	}
	report_repeated(e, "the ERSPAN session", d);
}

static void check_port(const struct config_port *p, struct entries *e,
		       struct diagnostics *d)
{
	if (p->role == CONFIG_ROLE_CORE && p->asn_count)
		diagnostics_error(d, p->place,
				  "found asn on a port of role core, expected "
				  "one of the two: a core port is no member's");
	if (p->speed_bps && p->contracted_bps > p->speed_bps)
		diagnostics_warning(d, p->place,
				    "found contracted above speed, expected at "
				    "most the port's speed");
	for (size_t i = 0; i < p->asn_count; i++) {
		if (p->asns[i])
			entries_add(e, "", p->asns[i], p->place);
	}
	report_repeated(e, "on one port the asn", d);
}

/* The first of the entries with this name, or where it would stand. */
static size_t find_name(const struct entries *names, const char *name)
{
	size_t low = 0;
	size_t high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(names->all[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A port that a LAG names and that holds at a time with it. */
static void check_lag_port(const struct config_port *lag,
			   const struct config_port *p, struct diagnostics *d)
{
	if (p->lag_count)
		diagnostics_error(d, lag->place,
				  "found the LAG \"%s\" as a member port of "
				  "a LAG, expected a physical port",
				  p->name);
	else if (p->role != lag->role)
		diagnostics_error(d, lag->place,
				  "found \"%s\" with another role than its "
				  "LAG, expected the same",
				  p->name);
}

/*
 * A port that is not listed is fine, it is learned by its name. But where
 * some of a LAG's ports are listed and one is not, that is likely a slip.
 */
static void check_lag(const struct config_switch *s,
		      const struct config_port *lag,
		      const struct entries *names, struct diagnostics *d)
{
	const char *unlisted = NULL;
	size_t listed = 0;

	for (size_t i = 0; i < lag->lag_count; i++) {
		size_t at = lag->lag[i] ? find_name(names, lag->lag[i]) : 0;
		size_t before = listed;

		if (!lag->lag[i])
			continue;
		for (; at < names->count &&
		       strcmp(names->all[at].name, lag->lag[i]) == 0;
		     at++) {
			const struct config_port *p =
			    &s->ports[names->all[at].number];

			if (!validity_overlaps(p->holds, lag->holds))
				continue;
			listed++;
			check_lag_port(lag, p, d);
		}
		if (listed == before)
			unlisted = lag->lag[i];
	}
	if (unlisted && listed)
		diagnostics_warning(d, lag->place,
				    "found \"%s\" in lag but not among the "
				    "ports of \"%s\", expected it there like "
				    "the other ports of this LAG",
				    unlisted, s->name);
}

static int check_lags(const struct config_switch *s, struct diagnostics *d)
{
	struct entries e;
	int rc = entries_init(&e, s->port_count + total_lag_members(s));

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < s->port_count; i++) {
		const struct config_port *p = &s->ports[i];

		for (size_t j = 0; j < p->lag_count; j++) {
			if (p->lag[j])
				entries_add_of(&e, p->lag[j], 0, p);
		}
	}
	report_repeated(&e, "in lag the port", d);
	for (size_t i = 0; i < s->port_count; i++) {
		if (s->ports[i].name)
			entries_add(&e, s->ports[i].name, i, s->ports[i].place);
	}
	entries_sort(&e);
	for (size_t i = 0; i < s->port_count; i++)
		check_lag(s, &s->ports[i], &e, d);
	free(e.all);
	return 0;
}

/*
 * Switches of one agent must have sub-agents, all different. The number of
 * an entry is the sub-agent + 1, or 0 for all of them.
 */
static int check_agents(const struct config *c, struct entries *e,
			struct diagnostics *d)
{
	char(*names)[IPADDR_TEXT_SIZE] =
	    calloc(c->switch_count + 1, sizeof(*names));
	size_t first = 0;

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < c->switch_count; i++) {
		const struct config_switch *s = &c->switches[i];

		if (!s->agent.version)
			continue;
		entries_add(e, ipaddr_format(&s->agent, names[i]),
			    s->has_sub_agent ? (uint64_t)s->sub_agent + 1 : 0,
			    s->place);
	}
	entries_sort(e);
	for (size_t i = 1; i < e->count; i++) {
		const struct entry *x = &e->all[i];

		if (strcmp(e->all[first].name, x->name) != 0)
			first = i;
		else if (e->all[first].number == 0 ||
			 compare_values(&e->all[i - 1], x) == 0)
			diagnostics_error(
			    d, x->place,
			    "found agent %s of another switch (line %zu) "
			    "again, "
			    "expected a different agent, or a sub_agent of its "
			    "own for each",
			    x->name, e->all[first].place.line);
	}
	e->count = 0;
	free(names);
	return 0;
}

static int check_switches(const struct config *c, struct entries *e,
			  struct diagnostics *d)
{
	int rc;

	for (size_t i = 0; i < c->switch_count; i++) {
		if (c->switches[i].name[0])
			entries_add(e, c->switches[i].name, 0,
				    c->switches[i].place);
	}
	report_repeated(e, "the switch", d);
	for (size_t i = 0; i < c->switch_count; i++) {
		if (c->switches[i].roster_switch)
			entries_add(e, "", c->switches[i].roster_switch,
				    c->switches[i].roster_switch_place);
	}
	report_repeated(e, "the roster_switch", d);
	rc = check_agents(c, e, d);
	for (size_t i = 0; rc == 0 && i < c->switch_count; i++) {
		const struct config_switch *s = &c->switches[i];

		check_ports(s, e, d);
		check_erspan(s, e, d);
		for (size_t j = 0; j < s->port_count; j++)
			check_port(&s->ports[j], e, d);
		rc = check_lags(s, d);
	}
	return rc;
}

/* What a source has that no other may have; false if it was not read. */
static bool label_source(const struct config_source *s, char label[LABEL_SIZE])
{
	char address[IPADDR_TEXT_SIZE];

	(void)ipaddr_format(&s->listen.addr, address);
	if (s->interface)
		(void)snprintf(label, LABEL_SIZE, "mirror %s", s->interface);
	else if (s->listen.addr.version && s->kind == CONFIG_SOURCE_ERSPAN)
		(void)snprintf(label, LABEL_SIZE, "erspan %s", address);
	else if (s->listen.addr.version)
		(void)snprintf(label, LABEL_SIZE, "sflow %s port %u", address,
			       s->listen.port);
	else
		return false;
	return true;
}

/* Of GRE the kernel gives a copy to everyone who takes the address: there is no
 * port, and so no better match. */
static void check_receivers(const struct config *c, struct diagnostics *d)
{
	for (size_t i = 0; i < c->source_count; i++) {
		const struct config_source *a = &c->sources[i];

		for (size_t j = 0; j < c->source_count; j++) {
			const struct config_source *b = &c->sources[j];
			char address[IPADDR_TEXT_SIZE];

			if (a->kind != CONFIG_SOURCE_ERSPAN ||
			    b->kind != CONFIG_SOURCE_ERSPAN || i == j ||
			    !b->listen.addr.version ||
			    a->listen.addr.version != b->listen.addr.version ||
			    !ipaddr_is_any(&a->listen.addr) ||
			    ipaddr_is_any(&b->listen.addr))
				continue;
			diagnostics_error(
			    d, b->place,
			    "found the source erspan %s beside one that takes "
			    "every address (line %zu), expected each packet "
			    "once",
			    ipaddr_format(&b->listen.addr, address),
			    a->place.line);
		}
	}
}

static int check_sources(const struct config *c, struct diagnostics *d)
{
	char(*names)[LABEL_SIZE] = calloc(c->source_count + 1, sizeof(*names));
	struct entries e;
	int rc = entries_init(&e, c->source_count);

	for (size_t i = 0; names && rc == 0 && i < c->source_count; i++) {
		if (label_source(&c->sources[i], names[i]))
			entries_add(&e, names[i], 0, c->sources[i].place);
	}
	if (rc == 0)
		report_repeated(&e, "the source", d);
	check_receivers(c, d);
	free(e.all);
	free(names);
	return names ? rc : -ENOMEM;
}

static void check_languages(const struct config *c, struct diagnostics *d)
{
	for (size_t i = 1; i < c->language_count; i++) {
		if (c->languages[i] && c->languages[0] &&
		    (i > 1 || strcmp(c->languages[i], c->languages[0]) == 0)) {
			diagnostics_error(d, c->languages_place,
					  "languages: found one twice, "
					  "expected each once");
			return;
		}
	}
}

/* A name like America/Marigot that cannot lead out of the directory. */
static bool is_zone_name(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789/_+-";
	size_t len = strlen(name);

	return len > 0 && len <= ZONE_NAME_MAX && name[0] != '/' &&
	       strspn(name, allowed) == len;
}

static void check_timezone(const struct config *c, struct diagnostics *d)
{
	enum { ZONE_SIZE_MAX = 1 << 20 };
	char path[LABEL_SIZE] = "";
	struct text content;
	bool known = false;

	if (strcmp(c->timezone, "UTC") == 0)
		return;
	text_init(&content);
	if (is_zone_name(c->timezone)) {
		(void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s",
			       c->timezone);
		known = file_read(path, ZONE_SIZE_MAX, &content) == 0 &&
			strncmp(text_str(&content), "TZif", 4) == 0;
	}
	text_fini(&content);
	if (!known)
		diagnostics_error(d, c->timezone_place,
				  "timezone: found \"%s\", expected UTC or a "
				  "zone under /usr/share/zoneinfo, like "
				  "America/Marigot",
				  c->timezone);
}

static void check_access(const struct config *c, struct diagnostics *d)
{
	char text[IPADDR_TEXT_SIZE];

	if (c->web.access != CONFIG_ACCESS_OPEN)
		return;
	for (size_t i = 0; i < c->web.listen_count; i++) {
		const struct ipaddr *a = &c->web.listen[i].addr;

		if (a->version && !ipaddr_is_loopback(a))
			diagnostics_error(d, c->web.listen_place,
					  "listen: found %s with access: open, "
					  "expected only loopback addresses "
					  "(127.0.0.1, [::1])",
					  ipaddr_format(a, text));
	}
}

/* Whoever can name a user is that user. */
static void check_proxy_user(const struct config_web *web,
			     struct diagnostics *d)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	const char *name = web->proxy_user;

	if (!name)
		return;
	if (*name == '\0' || name[strspn(name, letters)] != '\0')
		diagnostics_error(d, web->proxy_user_place,
				  "proxy_user: found \"%s\", expected the name "
				  "of a header, like X-Forwarded-User",
				  name);
	if (!web->users)
		diagnostics_error(d, web->proxy_user_place,
				  "proxy_user: found no users, expected them: "
				  "roles and AS numbers come from there");
	if (web->trusted_proxy_count == 0)
		diagnostics_error(d, web->proxy_user_place,
				  "proxy_user: found no trusted_proxies, "
				  "expected the address of the proxy that sets "
				  "the header");
}

int config_check(const struct config *config, struct diagnostics *d)
{
	struct entries e;
	int rc = entries_init(&e, most_entries(config));

	if (rc < 0)
		return rc;
	check_timezone(config, d);
	check_languages(config, d);
	check_vlans(config, &e, d);
	rc = check_switches(config, &e, d);
	free(e.all);
	if (rc < 0)
		return rc;
	check_access(config, d);
	check_proxy_user(&config->web, d);
	config_check_relays(config, d);
	config_check_mirrors(config, d);
	return check_sources(config, d);
}
