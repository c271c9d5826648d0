/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Lines for the configuration: what is pasted must be taken by it. */

#include "web/paste.h"

#include <stdlib.h>
#include <string.h>

#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"

/* One member with two ports, one of which is another's as well. */
static const char roster[] =
    "{\"version\":\"1.0\",\"ixp_list\":[{\"ixp_id\":1,\"shortname\":\"X\","
    "\"vlan\":[{\"id\":1,\"name\":\"P\"}]}],\"member_list\":["
    "{\"asnum\":64500,\"connection_list\":[{\"vlan_list\":[{\"vlan_id\":1,"
    "\"ipv4\":{\"mac_addresses\":[\"02:00:00:00:00:01\"]}}]}]},"
    "{\"asnum\":64501,\"connection_list\":[{\"vlan_list\":[{\"vlan_id\":1,"
    "\"ipv4\":{\"mac_addresses\":[\"02:00:00:00:00:02\"]}}]}]},"
    "{\"asnum\":64502,\"connection_list\":[{\"vlan_list\":[{\"vlan_id\":1,"
    "\"ipv4\":{\"mac_addresses\":[\"02:00:00:00:00:03\"]}}]}]}]}";

static const char head[] = "exchange: { name: X }\nstate_dir: state\n"
			   "roster: members.json\nswitches:\n";

static const char known[] =
    "  - name: switch1\n    agent: 192.0.2.1\n    sub_agent: 1\n"
    "    ports:\n"
    "      - { ifindex: 7, name: Ethernet1/7, asn: 64500, speed: 10G,"
    " contracted: 2500M }\n"
    "  - name: edge\n    agent: 192.0.2.2\n    from: [ 192.0.2.3 ]\n";

struct made {
	char *dir;
	struct config *config;
	struct registry *registry;
	struct diagnostics d;
	int rc;
};

static void write_file(const char *dir, const char *name, const char *body)
{
	struct text path;

	text_init(&path);
	text_addf(&path, "%s/%s", dir, name);
	ck_assert_int_eq(file_replace(text_str(&path), body, strlen(body)), 0);
	text_fini(&path);
}

static struct made load(const char *switches)
{
	struct made m = { .dir = tempdir_new() };
	struct text text;

	text_init(&text);
	text_add(&text, head);
	text_add(&text, switches);
	write_file(m.dir, "members.json", roster);
	write_file(m.dir, "lanterne.yaml", text_str(&text));
	text_clear(&text);
	text_addf(&text, "%s/lanterne.yaml", m.dir);
	diagnostics_init(&m.d);
	m.rc = registry_load(
	    &m.registry, &m.config,
	    &(struct registry_request){ .path = text_str(&text) }, &m.d);
	text_fini(&text);
	return m;
}

static void unload(struct made *m)
{
	if (m->rc == 0) {
		registry_free(m->registry);
		config_free(m->config);
	}
	diagnostics_fini(&m->d);
	tempdir_remove(m->dir);
}

static struct status *parse(const char *json)
{
	struct status *s = NULL;

	ck_assert_int_eq(status_parse(&s, json, strlen(json)), 0);
	return s;
}

static const char strangers[] =
    "{\"refused\":["
    "{\"agent\":\"192.0.2.1\",\"sub_agent\":0,\"source\":\"192.0.2.1\"},"
    "{\"agent\":\"192.0.2.9\",\"sub_agent\":0,\"source\":\"192.0.2.9\"},"
    "{\"agent\":\"192.0.2.9\",\"sub_agent\":0,\"source\":\"192.0.2.10\"},"
    "{\"agent\":\"192.0.2.2\",\"sub_agent\":5,\"source\":\"192.0.2.4\"},"
    "{\"agent\":null,\"sub_agent\":0,\"source\":\"192.0.2.11\"},"
    "{\"agent\":\"2001:db8::1\",\"sub_agent\":3,\"source\":\"2001:db8::1\"}]}";

static const struct {
	enum paste_agent what;
	const char *lines;
} agents[] = {
	{ PASTE_SWITCH, "- name: switch2\n  agent: \"192.0.2.1\"\n"
			"  sub_agent: 0\n  from: [ \"192.0.2.1\" ]\n" },
	{ PASTE_SWITCH, "- name: switch3\n  agent: \"192.0.2.9\"\n"
			"  from: [ \"192.0.2.9\", \"192.0.2.10\" ]\n" },
	{ PASTE_NOTHING, "" },
	{ PASTE_FROM, "  from: [ \"192.0.2.3\", \"192.0.2.4\" ]\n" },
	{ PASTE_NOTHING, "" },
	{ PASTE_SWITCH, "- name: switch4\n  agent: \"2001:db8::1\"\n"
			"  sub_agent: 3\n  from: [ \"2001:db8::1\" ]\n" },
};

START_TEST(agents_get_names_sub_agents_and_all_their_sources)
{
	struct made m = load(known);
	struct status *s = parse(strangers);

	ck_assert_msg(m.rc == 0, "%s", text_str(&m.d.text));
	ck_assert_uint_eq(s->refused_count, COUNT_OF(agents));
	for (size_t i = 0; i < s->refused_count; i++) {
		const char *name = NULL;
		struct text lines;

		text_init(&lines);
		ck_assert_int_eq(paste_agent(&lines, s, i, m.config, &name),
				 agents[i].what);
		ck_assert_str_eq(text_str(&lines), agents[i].lines);
		if (agents[i].what == PASTE_FROM)
			ck_assert_str_eq(name, "edge");
		text_fini(&lines);
	}
	status_free(s);
	unload(&m);
}
END_TEST

/* All new switches at once, as somebody in a hurry pastes them. */
START_TEST(pasted_switches_are_taken)
{
	struct made m = load(known);
	struct status *s = parse(strangers);
	struct text config;
	const char *name;

	text_init(&config);
	text_add(&config, known);
	for (size_t i = 0; i < s->refused_count; i++) {
		struct text lines;
		char *rest = NULL;

		text_init(&lines);
		if (paste_agent(&lines, s, i, m.config, &name) == PASTE_SWITCH)
			for (char *line = strtok_r(lines.data, "\n", &rest);
			     line; line = strtok_r(NULL, "\n", &rest))
				text_addf(&config, "  %s\n", line);
		text_fini(&lines);
	}
	unload(&m);
	m = load(text_str(&config));
	ck_assert_msg(m.rc == 0, "%s%s", text_str(&config),
		      text_str(&m.d.text));
	ck_assert_uint_eq(m.config->switch_count, 5);
	text_fini(&config);
	status_free(s);
	unload(&m);
}
END_TEST

static const char visitors[] =
    "{\"unknown_macs\":["
    "{\"mac\":\"02:00:00:00:00:02\",\"switch\":\"switch1\",\"ifindex\":7,"
    "\"port\":\"Ethernet1/7\",\"reason\":\"wrong_port\"},"
    "{\"mac\":\"02:00:00:00:00:03\",\"switch\":\"switch1\",\"ifindex\":7,"
    "\"port\":\"Ethernet1/7\",\"reason\":\"wrong_port\"},"
    "{\"mac\":\"02:00:00:00:00:02\",\"switch\":\"switch1\",\"ifindex\":7,"
    "\"port\":\"Ethernet1/7\",\"vlan\":9,\"reason\":\"wrong_port\"}]}";

START_TEST(a_port_has_one_line_with_all_that_were_seen_there)
{
	struct made m = load(known);
	struct status *s = parse(visitors);
	struct text lines;

	text_init(&lines);
	for (size_t i = 0; i < s->mac_count; i++)
		paste_port_of_mac(&lines, s, i, m.registry);
	ck_assert_str_eq(text_str(&lines),
			 "- { ifindex: 7, name: Ethernet1/7, speed: 10G, "
			 "contracted: 2500000000, "
			 "asn: [ 64500, 64501, 64502 ] }  # switch1\n");
	text_fini(&lines);
	status_free(s);
	unload(&m);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ agents_get_names_sub_agents_and_all_their_sources, 0 },
		{ pasted_switches_are_taken, 0 },
		{ a_port_has_one_line_with_all_that_were_seen_there, 0 },
	};

	return unit_run("paste", tests, COUNT_OF(tests));
}
