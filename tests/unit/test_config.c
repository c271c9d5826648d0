/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ixp/config.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"

#define HEAD                                                                   \
	"exchange: { name: Example-IX }\n"                                     \
	"state_dir: /var/lib/lanterne\n"                                       \
	"roster: members.json\n"

static const char full[] =
    "exchange:\n"
    "  { name: Example-IX, timezone: America/Marigot, languages: [fr, en] }\n"
    "state_dir: /var/lib/lanterne\n"
    "roster:    /etc/lanterne/members.json\n"
    "roster_ixp: 1      # which ixp_id\n"
    "sources:\n"
    "  - sflow:  { listen: \"[::]:6343\" }\n"
    "  - mirror: { interface: eth1, switch: sw1, fcs: present, filter: ip,\n"
    "              buffer: 2M, snap_length: 96, duplicates: drop }\n"
    "  - erspan: { listen: 192.0.2.9, switch: sw2, direction: egress }\n"
    "vlans:\n"
    "  - { id: 100, name: Peering, roster_vlan: 1 }\n"
    "  - { id: 200 }\n"
    "macs:\n"
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
    "  - { asn: 64501, mac: 0200.0000.0002 }\n"
    "mac_tables: [ macs.json ]\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    from: [ 192.0.2.2, \"2001:db8::1\" ]\n"
    "    roster_switch: 4\n"
    "    direction: egress\n"
    "    ports:\n"
    "      - { ifindex: 436207616, name: Ethernet1/1, asn: 64500,\n"
    "          speed: 10G, contracted: 1G }\n"
    "      - { ifindex: 436211712, asn: [64501, 64502] }\n"
    "      - { ifindex: 7, name: po1, lag: [e3, e4], asn: 64503 }\n"
    "      - { ifindex: 436400128, name: Ethernet1/48, role: core }\n"
    "    erspan: [ { session: 1, port: Ethernet1/1 },\n"
    "              { session: 2, port: 7 } ]\n"
    "  - { name: sw2, agent: \"2001:db8::2\", sub_agent: 3 }\n"
    "relay: [ { to: \"192.0.2.50:6343\" },\n"
    "         { to: \"[2001:db8::50]:6344\", asn: 64500 } ]\n"
    "ixp_manager: { tree: /var/tree, interfaces: macs.json,\n"
    "               pairs_max: 10, age_days: 7 }\n"
    "web: { listen: \"127.0.0.1:8081\", users: users, access: open,\n"
    "       tls: { certificate: c.pem, key: k.pem },\n"
    "       per_address: 7, trusted_proxies: [ 192.0.2.3 ],\n"
    "       metrics_from: [ \"::1\" ], rrd_from: 192.0.2.10 }\n"
    "reports: { from: \"IX <noc@example.net>\", threshold: 90,\n"
    "           url: \"https://lanterne.example.net\",\n"
    "           recipients: recipients.yaml }";

static struct diagnostics messages;
static struct config *config;

static void set_up(void)
{
	diagnostics_init(&messages);
	config = NULL;
}

static void tear_down(void)
{
	config_free(config);
	diagnostics_fini(&messages);
}

/* Read a text under a name; config is there if it was accepted. */
static int read_as(const char *path, const char *text, size_t len)
{
	tear_down();
	set_up();
	return config_parse(&config, path, text, len, &messages);
}

static int read_text(const char *text)
{
	return read_as("l.yaml", text, strlen(text));
}

static void assert_address(const struct ipaddr *a, const char *expected)
{
	char text[IPADDR_TEXT_SIZE];

	ck_assert_str_eq(ipaddr_format(a, text), expected);
}

START_TEST(what_is_left_out_gets_its_default)
{
	ck_assert_int_eq(read_text(HEAD), 0);
	ck_assert_str_eq(config->exchange_name, "Example-IX");
	ck_assert_str_eq(config->timezone, "UTC");
	ck_assert_uint_eq(config->language_count, 1);
	ck_assert_str_eq(config->languages[0], "en");
	ck_assert(!config->has_roster_ixp);
	ck_assert_uint_eq(config->source_count, 1);
	ck_assert_int_eq(config->sources[0].kind, CONFIG_SOURCE_SFLOW);
	assert_address(&config->sources[0].listen.addr, "::");
	ck_assert_uint_eq(config->sources[0].listen.port, 6343);
	ck_assert_uint_eq(config->web.listen_count, 1);
	assert_address(&config->web.listen[0].addr, "127.0.0.1");
	ck_assert_uint_eq(config->web.listen[0].port, 8080);
	ck_assert_int_eq(config->web.access, CONFIG_ACCESS_ROLES);
	ck_assert_uint_eq(config->web.per_address, 20);
	ck_assert_uint_eq(config->vlan_count + config->switch_count, 0);
}
END_TEST

START_TEST(the_exchange_and_its_files_are_read)
{
	ck_assert_int_eq(read_text(full), 0);
	ck_assert_uint_eq(messages.errors + messages.warnings, 0);
	ck_assert_str_eq(config->timezone, "America/Marigot");
	ck_assert_uint_eq(config->language_count, 2);
	ck_assert_str_eq(config->languages[0], "fr");
	ck_assert_str_eq(config->roster, "/etc/lanterne/members.json");
	ck_assert(config->has_roster_ixp);
	ck_assert_uint_eq(config->roster_ixp, 1);
	ck_assert_uint_eq(config->mac_table_count, 1);
	ck_assert_str_eq(config->mac_tables[0], "macs.json");
	ck_assert_uint_eq(config->relay_count, 2);
	ck_assert_uint_eq(config->relays[0].to.port, 6343);
	ck_assert_uint_eq(config->relays[0].asn, 0);
	assert_address(&config->relays[1].to.addr, "2001:db8::50");
	ck_assert_uint_eq(config->relays[1].asn, 64500);
	ck_assert_str_eq(config->ixp_manager.tree, "/var/tree");
	ck_assert_uint_eq(config->ixp_manager.interface_count, 1);
	ck_assert_str_eq(config->ixp_manager.interfaces[0], "macs.json");
	ck_assert_uint_eq(config->ixp_manager.pairs_max, 10);
	ck_assert_uint_eq(config->ixp_manager.age_days, 7);
}
END_TEST

START_TEST(sources_vlans_and_macs_are_read)
{
	ck_assert_int_eq(read_text(full), 0);
	ck_assert_uint_eq(config->source_count, 3);
	ck_assert_int_eq(config->sources[1].kind, CONFIG_SOURCE_MIRROR);
	ck_assert_str_eq(config->sources[1].interface, "eth1");
	ck_assert_str_eq(config->sources[1].switch_name, "sw1");
	ck_assert(config->sources[1].fcs_present);
	ck_assert_uint_eq(config->vlan_count, 2);
	ck_assert_uint_eq(config->vlans[0].roster_vlan, 1);
	ck_assert_str_eq(config->vlans[0].name, "Peering");
	ck_assert_uint_eq(config->vlans[1].roster_vlan, 200);
	ck_assert(!config->vlans[1].has_roster_vlan);
	ck_assert_ptr_null(config->vlans[1].name);
	ck_assert_uint_eq(config->mac_count, 2);
	ck_assert_uint_eq(config->macs[0].vlan, 100);
	ck_assert_uint_eq(config->macs[1].vlan, 0);
	ck_assert_uint_eq(config->macs[1].mac.bits, 0x020000000002);
	ck_assert_uint_eq(config->macs[1].place.line, 16);
	ck_assert_uint_eq(config->macs[1].place.column, 5);
}
END_TEST

START_TEST(switches_and_ports_are_read)
{
	const struct config_switch *s;

	ck_assert_int_eq(read_text(full), 0);
	ck_assert_uint_eq(config->switch_count, 2);
	s = &config->switches[0];
	ck_assert_str_eq(s->name, "sw1");
	ck_assert_uint_eq(s->from_count, 2);
	assert_address(&s->from[1], "2001:db8::1");
	ck_assert_uint_eq(s->roster_switch, 4);
	ck_assert_int_eq(s->direction, CONFIG_DIRECTION_EGRESS);
	ck_assert_uint_eq(s->port_count, 4);
	ck_assert_uint_eq(s->ports[0].speed_bps, 10000000000);
	ck_assert_uint_eq(s->ports[0].contracted_bps, 1000000000);
	ck_assert_ptr_null(s->ports[1].name);
	ck_assert_uint_eq(s->ports[1].asn_count, 2);
	ck_assert_uint_eq(s->ports[1].asns[1], 64502);
	ck_assert_uint_eq(s->ports[2].lag_count, 2);
	ck_assert_str_eq(s->ports[2].lag[1], "e4");
	ck_assert_int_eq(s->ports[3].role, CONFIG_ROLE_CORE);
	s = &config->switches[1];
	ck_assert(s->has_sub_agent);
	ck_assert_uint_eq(s->sub_agent, 3);
	ck_assert_int_eq(s->direction, CONFIG_DIRECTION_AUTO);
	ck_assert_uint_eq(s->from_count, 1);
	assert_address(&s->from[0], "2001:db8::2");
}
END_TEST

START_TEST(the_web_is_read)
{
	ck_assert_int_eq(read_text(full), 0);
	ck_assert_uint_eq(config->web.listen[0].port, 8081);
	ck_assert_str_eq(config->web.users, "users");
	ck_assert_int_eq(config->web.access, CONFIG_ACCESS_OPEN);
	ck_assert_str_eq(config->web.tls_certificate, "c.pem");
	ck_assert_str_eq(config->web.tls_key, "k.pem");
	ck_assert_uint_eq(config->web.per_address, 7);
	assert_address(&config->web.trusted_proxies[0], "192.0.2.3");
	assert_address(&config->web.metrics_from[0], "::1");
	ck_assert_uint_eq(config->web.rrd_from_count, 1);
	assert_address(&config->web.rrd_from[0], "192.0.2.10");
}
END_TEST

/* Texts, and a line that must be said of each, with all that is before it. */
static const struct {
	const char *text;
	const char *line;
} refused[] = {
	{ "", "l.yaml: error: found an empty file" },
	{ "a", "l.yaml:1:1: error: found \"a\", expected a mapping" },
	{ HEAD "wbe: {}\n",
	  "l.yaml:4:1: error: found the unknown key \"wbe\", expected perhaps "
	  "\"web\"" },
	{ HEAD "roster: x\n",
	  "l.yaml:4:1: error: found the key \"roster\" a second time" },
	{ "exchange: {}\n", "l.yaml:1:11: error: found no key \"name\"" },
	{ "exchange: {}\n", "l.yaml:1:1: error: found no key \"state_dir\"" },
	{ HEAD "vlans: [ { id: 4095 } ]\n",
	  "l.yaml:4:16: error: id: found \"4095\", expected an integer from 1 "
	  "to 4094" },
	{ HEAD "web: { access: open, listen: \"192.0.2.1:80\" }\n",
	  "l.yaml:4:30: error: listen: found 192.0.2.1 with access: open" },
	{ HEAD "switches: [ { name: a, agent: 192.0.2.1, direction: in } ]\n",
	  "l.yaml:4:53: error: direction: found \"in\", expected auto, "
	  "ingress, egress, both or any" },
	{ HEAD "macs: [ { asn: 64500, mac: \"ff:ff:ff:ff:ff:ff\" } ]\n",
	  "l.yaml:4:28: error: mac: found \"ff:ff:ff:ff:ff:ff\"" },
	{ "exchange: { name: \xc3\xa9, nom: 1 }\n",
	  "l.yaml:1:22: error: found the unknown key \"nom\"" },
	{ "exchange: { name: \xff }\n",
	  "l.yaml:1:19: error: found bytes that are no text" },
	{ "a: &b c\n", "l.yaml:1:4: error: found an anchor" },
	{ HEAD "---\n" HEAD, "l.yaml:4:1: error: found a second document" },
	{ "exchange:\n\tname: X\n",
	  "l.yaml:2:1: error: found what is not YAML" },
};

START_TEST(what_is_wrong_is_said_with_its_place)
{
	ck_assert_int_eq(read_text(refused[_i].text), ERR_CONFIG);
	ck_assert_ptr_null(config);
	ck_assert_msg(strstr(text_str(&messages.text), refused[_i].line),
		      "expected %s, found %s", refused[_i].line,
		      text_str(&messages.text));
}
END_TEST

START_TEST(all_errors_are_said_in_one_run)
{
	ck_assert_int_eq(read_text("state_dir: []\nroster: {}\nweb: 1\nx: y\n"),
			 ERR_CONFIG);
	ck_assert_uint_eq(messages.errors, 5); /* and no exchange */
}
END_TEST

START_TEST(a_text_cut_anywhere_is_refused_or_read)
{
	for (size_t len = 0; len <= sizeof(full) - 1; len++) {
		char *cut = malloc(len + 1); /* for the address sanitizer */
		int rc;

		memcpy(cut, full, len);
		rc = read_as("l.yaml", cut, len);
		free(cut);
		ck_assert_msg(rc == ERR_CONFIG ? messages.errors > 0
					       : rc == 0 && config,
			      "at %zu: %d", len, rc);
	}
}
END_TEST

START_TEST(a_text_with_any_byte_broken_is_refused_or_read)
{
	static const char bytes[] = { '\0', '\n', '\t', ':', '"', '{', '\xff' };
	char broken[sizeof(full)];

	for (size_t i = 0; i < sizeof(full) - 1; i++) {
		int rc;

		memcpy(broken, full, sizeof(full));
		broken[i] = bytes[i % sizeof(bytes)];
		rc = read_as("l.yaml", broken, sizeof(full) - 1);
		ck_assert_msg(rc == 0 || (rc == ERR_CONFIG && messages.errors),
			      "at %zu: %d", i, rc);
	}
}
END_TEST

static const struct {
	const char *path;
	const char *text;
	const char *expected;
} paths[] = {
	{ "l.yaml", "m.json", "m.json" },
	{ "./l.yaml", "m.json", "./m.json" },
	{ "etc/l.yaml", "m.json", "etc/m.json" },
	{ "etc/l.yaml", "../m.json", "etc/../m.json" },
	{ "/etc/lanterne/l.yaml", "m.json", "/etc/lanterne/m.json" },
	{ "/etc/lanterne/l.yaml", "/srv/m.json", "/srv/m.json" },
	{ "/l.yaml", "m.json", "/m.json" },
};

START_TEST(paths_count_from_the_files_directory)
{
	char text[200];
	struct text print;

	(void)snprintf(text, sizeof(text),
		       "exchange: { name: X }\nstate_dir: /s\nroster: %s\n",
		       paths[_i].text);
	text_init(&print);
	ck_assert_int_eq(read_as(paths[_i].path, text, strlen(text)), 0);
	ck_assert_str_eq(config->roster, paths[_i].expected);
	config_print(config, &print);
	ck_assert_int_eq(read_as(paths[_i].path, text_str(&print), print.len),
			 0);
	ck_assert_str_eq(config->roster, paths[_i].expected);
	text_fini(&print);
}
END_TEST

START_TEST(what_is_printed_reads_back_the_same)
{
	struct text first;
	struct text second;

	text_init(&first);
	text_init(&second);
	ck_assert_int_eq(read_text(full), 0);
	config_print(config, &first);
	ck_assert_int_eq(read_as("l.yaml", text_str(&first), first.len), 0);
	config_print(config, &second);
	ck_assert_str_eq(text_str(&first), text_str(&second));
	ck_assert_ptr_nonnull(strstr(text_str(&first), "speed: 10G"));
	text_fini(&first);
	text_fini(&second);
}
END_TEST

/* Read one unit of a text over and over, behind the head. */
static int read_many(const char *key, const char *unit, size_t count)
{
	struct text text;
	int rc;

	text_init(&text);
	text_add(&text, HEAD);
	text_add(&text, key);
	for (size_t i = 0; i < count; i++)
		text_add(&text, unit);
	rc = read_as("l.yaml", text_str(&text), text.len);
	text_fini(&text);
	return rc;
}

START_TEST(deep_nesting_is_refused)
{
	ck_assert_int_eq(read_many("web: ", "[", 100000), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(text_str(&messages.text), "32 levels"));
	ck_assert_int_eq(read_many("web: ", "{a: ", 100000), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(text_str(&messages.text), "32 levels"));
	ck_assert_int_eq(read_many("web:\n", "- ", 100000), ERR_CONFIG);
}
END_TEST

START_TEST(a_million_values_are_refused)
{
	ck_assert_int_eq(read_many("web: [", "a,", 1000000), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(text_str(&messages.text), "1000000"));
}
END_TEST

START_TEST(many_equal_ones_take_no_quadratic_time)
{
	ck_assert_int_eq(read_many("vlans:\n", "  - { id: 1 }\n", 100000),
			 ERR_CONFIG);
	ck_assert_uint_eq(messages.errors, 2 * 99999);
}
END_TEST

START_TEST(a_missing_file_is_not_there)
{
	ck_assert_int_eq(config_load(&config, "/nonexistent/l.yaml", &messages),
			 -ENOENT);
	ck_assert_str_eq(text_str(&messages.text),
			 "/nonexistent/l.yaml: error: cannot be read: No such "
			 "file or directory\n");
}
END_TEST

START_TEST(a_directory_is_no_configuration)
{
	ck_assert_int_eq(config_load(&config, "/", &messages), ERR_CONFIG);
	ck_assert_str_eq(text_str(&messages.text),
			 "/: error: found no regular file, expected a "
			 "configuration\n");
}
END_TEST

START_TEST(a_huge_file_is_refused)
{
	char *directory = tempdir_new();
	char path[200];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/l.yaml", directory);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(ftruncate(fd, 100 << 20), 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(config_load(&config, path, &messages), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(text_str(&messages.text), "16 MiB"));
	tempdir_remove(directory);
}
END_TEST

/* The example of the manual page: from .Bd behind EXAMPLES to .Ed. */
START_TEST(the_manuals_example_is_accepted)
{
	struct text page;
	const char *from;
	const char *to;

	text_init(&page);
	ck_assert_int_eq(file_read(MANUAL_PAGE, 1 << 20, &page), 0);
	from = strstr(text_str(&page), ".Sh EXAMPLES");
	ck_assert_ptr_nonnull(from);
	from = strstr(from, ".Bd");
	ck_assert_ptr_nonnull(from);
	from = strchr(from, '\n') + 1;
	to = strstr(from, ".Ed");
	ck_assert_ptr_nonnull(to);
	ck_assert_int_eq(
	    read_as("/etc/lanterne/lanterne.yaml", from, (size_t)(to - from)),
	    0);
	ck_assert_str_eq(text_str(&messages.text), "");
	ck_assert_uint_ge(config->switch_count, 2);
	text_fini(&page);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_is_left_out_gets_its_default, 0 },
		{ the_exchange_and_its_files_are_read, 0 },
		{ sources_vlans_and_macs_are_read, 0 },
		{ switches_and_ports_are_read, 0 },
		{ the_web_is_read, 0 },
		{ what_is_wrong_is_said_with_its_place, COUNT_OF(refused) },
		{ all_errors_are_said_in_one_run, 0 },
		{ a_text_cut_anywhere_is_refused_or_read, 0 },
		{ a_text_with_any_byte_broken_is_refused_or_read, 0 },
		{ paths_count_from_the_files_directory, COUNT_OF(paths) },
		{ what_is_printed_reads_back_the_same, 0 },
		{ deep_nesting_is_refused, 0 },
		{ a_million_values_are_refused, 0 },
		{ many_equal_ones_take_no_quadratic_time, 0 },
		{ a_missing_file_is_not_there, 0 },
		{ a_directory_is_no_configuration, 0 },
		{ a_huge_file_is_refused, 0 },
		{ the_manuals_example_is_accepted, 0 },
	};

	return unit_run_with("config", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
