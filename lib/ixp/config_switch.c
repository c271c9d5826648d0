/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys of a switch and of its ports. */

#include <stdlib.h>
#include <string.h>

#include "ixp/config_parts.h"
#include "util/number.h"

static void read_name(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	static const char words[] =
	    "a name of 1 to 63 letters, digits, '.', '_' and '-', not only "
	    "dots";
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789._-";
	const char *text = config_scalar(r, item, words);
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return;
	if (len >= CONFIG_NAME_SIZE || strspn(text, allowed) != len ||
	    strspn(text, ".") == len)
		config_expected(r, item, words);
	else
		memcpy(field, text, len + 1);
}

static void read_sub_agent(struct config_reader *r,
			   const struct yaml_item *item, void *field)
{
	struct config_switch *s = field;

	s->has_sub_agent = true;
	config_read_u32(r, item, &s->sub_agent);
}

static void read_from(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	static const struct config_list list = { .size = sizeof(struct ipaddr),
						 .read = config_read_address,
						 .at_least = 1,
						 .or_one = true };
	struct config_switch *s = field;

	s->from = config_list(r, item, &list, &s->from_count);
}

static void read_roster_switch(struct config_reader *r,
			       const struct yaml_item *item, void *field)
{
	struct config_switch *s = field;

	s->roster_switch_place = item->place;
	config_read_number(r, item, &s->roster_switch);
}

static void read_direction(struct config_reader *r,
			   const struct yaml_item *item, void *field)
{
	static const struct config_word words[] = {
		{ "auto", CONFIG_DIRECTION_AUTO },
		{ "ingress", CONFIG_DIRECTION_INGRESS },
		{ "egress", CONFIG_DIRECTION_EGRESS },
		{ "both", CONFIG_DIRECTION_BOTH },
		{ "any", CONFIG_DIRECTION_ANY },
		{ NULL, 0 },
	};
	enum config_direction *to = field;
	int value = config_word(r, item, words);

	if (value >= 0)
		*to = (enum config_direction)value;
}

static void read_scaling(struct config_reader *r, const struct yaml_item *item,
			 void *field)
{
	static const struct config_word words[] = {
		{ "plain", CONFIG_SCALING_PLAIN },
		{ "corrected", CONFIG_SCALING_CORRECTED },
		{ NULL, 0 },
	};
	enum config_scaling *to = field;
	int value = config_word(r, item, words);

	if (value >= 0)
		*to = (enum config_scaling)value;
}

static void read_asns(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	static const struct config_list list = { .size = sizeof(uint32_t),
						 .read = config_read_asn,
						 .at_least = 1,
						 .or_one = true };
	struct config_port *p = field;

	p->asns = config_list(r, item, &list, &p->asn_count);
}

static void read_lag(struct config_reader *r, const struct yaml_item *item,
		     void *field)
{
	static const struct config_list list = { .size = sizeof(char *),
						 .read = config_read_string,
						 .at_least = 1 };
	struct config_port *p = field;

	p->lag = config_list(r, item, &list, &p->lag_count);
}

static void read_role(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	static const struct config_word words[] = {
		{ "member", CONFIG_ROLE_MEMBER },
		{ "core", CONFIG_ROLE_CORE },
		{ NULL, 0 },
	};
	enum config_role *to = field;
	int value = config_word(r, item, words);

	if (value >= 0)
		*to = (enum config_role)value;
}

static void read_port(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	static const struct config_key keys[] = {
		{ "ifindex", offsetof(struct config_port, ifindex),
		  config_read_number, true },
		{ "name", offsetof(struct config_port, name),
		  config_read_string, false },
		{ "asn", 0, read_asns, false },
		{ "speed", offsetof(struct config_port, speed_bps),
		  config_read_speed, false },
		{ "contracted", offsetof(struct config_port, contracted_bps),
		  config_read_speed, false },
		{ "lag", 0, read_lag, false },
		{ "role", offsetof(struct config_port, role), read_role,
		  false },
		{ "from", offsetof(struct config_port, holds.from_s),
		  config_read_time, false },
		{ "until", offsetof(struct config_port, holds.until_s),
		  config_read_time, false },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };
	struct config_port *p = field;

	p->place = item->place;
	config_mapping(r, item, &all, p);
	config_check_validity(r, p->place, &p->holds);
}

static void read_ports(struct config_reader *r, const struct yaml_item *item,
		       void *field)
{
	static const struct config_list list = { .size =
						     sizeof(struct config_port),
						 .read = read_port };
	struct config_switch *s = field;

	s->ports = config_list(r, item, &list, &s->port_count);
}

static void read_session(struct config_reader *r, const struct yaml_item *item,
			 void *field)
{
	(void)config_read_range(r, item, 0, CONFIG_ERSPAN_SESSION_MAX, field);
}

/* A port by its ifIndex, digits alone and without quotes, or by its name. */
static void read_session_port(struct config_reader *r,
			      const struct yaml_item *item, void *field)
{
	static const char words[] =
	    "the name of a port or its ifIndex, from 1 to 4294967295";
	const char *text = config_scalar(r, item, words);
	struct config_erspan *e = field;

	if (!text)
		return;
	if (!item->plain || text[strspn(text, "0123456789")] != '\0')
		e->port = config_copy(r, text);
	else if (number_u32(text, strlen(text), UINT32_MAX, &e->ifindex) < 0 ||
		 e->ifindex == 0)
		config_expected(r, item, words);
}

static void read_erspan(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const struct config_key keys[] = {
		{ "session", offsetof(struct config_erspan, session),
		  read_session, true },
		{ "port", 0, read_session_port, true },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };
	struct config_erspan *e = field;

	e->place = item->place;
	e->session = UINT32_MAX; /* none yet */
	config_mapping(r, item, &all, e);
}

static void read_sessions(struct config_reader *r, const struct yaml_item *item,
			  void *field)
{
	static const struct config_list list = {
		.size = sizeof(struct config_erspan), .read = read_erspan
	};
	struct config_switch *s = field;

	if (item->kind == YAML_LIST &&
	    item->count > CONFIG_ERSPAN_SESSIONS_MAX) {
		diagnostics_error(r->d, item->place,
				  "erspan: found %zu sessions, expected at "
				  "most %d",
				  item->count, CONFIG_ERSPAN_SESSIONS_MAX);
		return;
	}
	s->erspan = config_list(r, item, &list, &s->erspan_count);
}

/*
 * Find the port that a session names. One that changes its ifIndex on a day
 * is no single one.
 */
static void resolve_session(struct config_reader *r,
			    const struct config_switch *s,
			    struct config_erspan *e)
{
	bool several = false;

	for (size_t i = 0; i < s->port_count; i++) {
		const struct config_port *p = &s->ports[i];

		if (!p->name || strcmp(p->name, e->port) != 0)
			continue;
		several |= e->ifindex && e->ifindex != p->ifindex;
		e->ifindex = p->ifindex;
	}
	if (several)
		diagnostics_error(r->d, e->place,
				  "port: found \"%s\", which has several "
				  "ifIndexes under ports, expected one of "
				  "them",
				  e->port);
	else if (!e->ifindex)
		diagnostics_error(r->d, e->place,
				  "port: found \"%s\", expected the name of "
				  "one under ports of \"%s\", or an ifIndex",
				  e->port, s->name);
}

static void read_switch(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const struct config_key keys[] = {
		{ "name", offsetof(struct config_switch, name), read_name,
		  true },
		{ "agent", offsetof(struct config_switch, agent),
		  config_read_address, true },
		{ "sub_agent", 0, read_sub_agent, false },
		{ "from", 0, read_from, false },
		{ "roster_switch", 0, read_roster_switch, false },
		{ "direction", offsetof(struct config_switch, direction),
		  read_direction, false },
		{ "scaling", offsetof(struct config_switch, scaling),
		  read_scaling, false },
		{ "ports", 0, read_ports, false },
		{ "erspan", 0, read_sessions, false },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };
	struct config_switch *s = field;

	s->place = item->place;
	config_mapping(r, item, &all, s);
	for (size_t i = 0; i < s->erspan_count; i++) {
		if (s->erspan[i].port)
			resolve_session(r, s, &s->erspan[i]);
	}
	if (s->from)
		return;
	s->from = malloc(sizeof(*s->from));
	if (!s->from) {
		r->out_of_memory = true;
		return;
	}
	s->from[0] = s->agent;
	s->from_count = 1;
}

void config_read_switches(struct config_reader *r, const struct yaml_item *item,
			  void *field)
{
	static const struct config_list list = {
		.size = sizeof(struct config_switch), .read = read_switch
	};
	struct config *c = field;

	c->switches = config_list(r, item, &list, &c->switch_count);
}

static void port_fini(struct config_port *p)
{
	free(p->name);
	free(p->asns);
	for (size_t i = 0; i < p->lag_count; i++)
		free(p->lag[i]);
	free(p->lag);
}

void config_switch_fini(struct config_switch *s)
{
	free(s->from);
	for (size_t i = 0; i < s->port_count; i++)
		port_fini(&s->ports[i]);
	free(s->ports);
	for (size_t i = 0; i < s->erspan_count; i++)
		free(s->erspan[i].port);
	free(s->erspan);
}
