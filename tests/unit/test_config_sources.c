/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "ixp/config.h"
#include "support/unit.h"
#include "util/err.h"

#define HEAD                                                                   \
	"exchange: { name: Example-IX }\n"                                     \
	"state_dir: /var/lib/lanterne\n"                                       \
	"roster: members.json\n"

#define SW1 "{ name: sw1, agent: 192.0.2.1 }"
#define SW2 "{ name: sw2, agent: 192.0.2.2 }"
#define SW3 "{ name: mirror, agent: 192.0.2.3 }"

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

/* Read a text behind the head; config is there if it was accepted. */
static int read_text(const char *text)
{
	struct text all;
	int rc;

	tear_down();
	set_up();
	text_init(&all);
	text_add(&all, HEAD);
	text_add(&all, text);
	rc =
	    config_parse(&config, "l.yaml", text_str(&all), all.len, &messages);
	text_fini(&all);
	return rc;
}

/* What config_print says of the configuration. */
static void print(struct text *out)
{
	text_init(out);
	config_print(config, out);
}

/* Print the configuration and read that instead of it. */
static int read_print(struct text *printed)
{
	print(printed);
	tear_down();
	set_up();
	return config_parse(&config, "l.yaml", text_str(printed), printed->len,
			    &messages);
}

static bool is_address(const struct ipaddr *a, const char *expected)
{
	char text[IPADDR_TEXT_SIZE];

	return strcmp(ipaddr_format(a, text), expected) == 0;
}

START_TEST(a_mirror_that_says_its_interface_gets_the_rest)
{
	const struct config_source *s;

	ck_assert_int_eq(
	    read_text("sources: [ { mirror: { interface: eth1 } } ]\n"), 0);
	ck_assert_uint_eq(config->source_count, 1);
	s = &config->sources[0];
	ck_assert_int_eq(s->kind, CONFIG_SOURCE_MIRROR);
	ck_assert_str_eq(s->interface, "eth1");
	ck_assert_ptr_null(s->filter);
	ck_assert_ptr_null(s->switch_name);
	ck_assert_int_eq(s->direction, CONFIG_DIRECTION_ANY);
	ck_assert(!s->fcs_present && !s->drops_duplicates);
	ck_assert_uint_eq(s->buffer_bytes, 64 << 20);
	ck_assert_uint_eq(s->snap_bytes, 256);
	ck_assert_uint_eq(s->place.line, 4);
}
END_TEST

START_TEST(all_that_a_mirror_says_is_read)
{
	const struct config_source *s;

	ck_assert_int_eq(
	    read_text("sources:\n"
		      "  - mirror: { interface: eth1, switch: sw2,\n"
		      "      fcs: present, filter: \"not vlan 7\",\n"
		      "      buffer: 32M, snap_length: 128,\n"
		      "      direction: egress, duplicates: drop }\n"
		      "switches: [ " SW1 ", " SW2 " ]\n"),
	    0);
	s = &config->sources[0];
	ck_assert_str_eq(s->filter, "not vlan 7");
	ck_assert_str_eq(s->switch_name, "sw2");
	ck_assert_uint_eq(s->switch_place.line, 5);
	ck_assert_int_eq(s->direction, CONFIG_DIRECTION_EGRESS);
	ck_assert(s->fcs_present && s->drops_duplicates);
	ck_assert_uint_eq(s->buffer_bytes, 32 << 20);
	ck_assert_uint_eq(s->snap_bytes, 128);
}
END_TEST

START_TEST(a_receiver_of_erspan_has_an_address_and_no_port)
{
	const struct config_source *s;

	ck_assert_int_eq(
	    read_text("sources:\n"
		      "  - erspan: {}\n"
		      "  - erspan: { listen: 192.0.2.10, fcs: present,\n"
		      "      direction: ingress, duplicates: drop }\n"),
	    0);
	s = config->sources;
	ck_assert_int_eq(s[0].kind, CONFIG_SOURCE_ERSPAN);
	ck_assert(is_address(&s[0].listen.addr, "::"));
	ck_assert_uint_eq(s[0].listen.port, 0);
	ck_assert_int_eq(s[0].direction, CONFIG_DIRECTION_ANY);
	ck_assert(!s[0].fcs_present && !s[0].drops_duplicates);
	ck_assert(is_address(&s[1].listen.addr, "192.0.2.10"));
	ck_assert_uint_eq(s[1].listen.port, 0);
	ck_assert_int_eq(s[1].direction, CONFIG_DIRECTION_INGRESS);
	ck_assert(s[1].fcs_present && s[1].drops_duplicates);
	ck_assert_ptr_null(s[1].interface);
}
END_TEST

static const struct {
	const char *value;
	uint32_t bytes; /* 0: refused */
} buffers[] = {
	{ "1M", 1048576 },     { "1048576", 1048576 },
	{ "1024k", 1048576 },  { "\"64M\"", 67108864 },
	{ "2G", 2147483648 },  { "2147483648", 2147483648 },
	{ "1048575", 0 },      { "1023K", 0 },
	{ "2147483649", 0 },   { "3G", 0 },
	{ "4097M", 0 },	       { "0", 0 },
	{ "64", 0 },	       { "64MB", 0 },
	{ "-1M", 0 },	       { "18446744073709551616", 0 },
	{ "17179869184G", 0 },
};

START_TEST(a_buffer_has_a_megabyte_to_two_gigabytes)
{
	char text[120];

	(void)snprintf(text, sizeof(text),
		       "sources: [ { mirror: { interface: e, buffer: %s } } ]",
		       buffers[_i].value);
	ck_assert_int_eq(read_text(text), buffers[_i].bytes ? 0 : ERR_CONFIG);
	if (buffers[_i].bytes)
		ck_assert_uint_eq(config->sources[0].buffer_bytes,
				  buffers[_i].bytes);
	else
		ck_assert_ptr_nonnull(strstr(text_str(&messages.text),
					     "l.yaml:4:46: error: buffer:"));
}
END_TEST

static const struct {
	const char *value;
	uint32_t bytes; /* 0: refused */
} snap_lengths[] = {
	{ "96", 96 }, { "65535", 65535 }, { "95", 0 },
	{ "0", 0 },   { "65536", 0 },	  { "1K", 0 },
};

START_TEST(a_snap_length_holds_headers_and_at_most_a_packet)
{
	char text[120];

	(void)snprintf(
	    text, sizeof(text),
	    "sources: [ { mirror: { interface: e, snap_length: %s } } ]",
	    snap_lengths[_i].value);
	ck_assert_int_eq(read_text(text),
			 snap_lengths[_i].bytes ? 0 : ERR_CONFIG);
	if (snap_lengths[_i].bytes)
		ck_assert_uint_eq(config->sources[0].snap_bytes,
				  snap_lengths[_i].bytes);
}
END_TEST

START_TEST(a_session_names_its_port_or_has_its_ifindex)
{
	const struct config_switch *s;

	ck_assert_int_eq(
	    read_text("switches:\n"
		      "  - name: sw1\n"
		      "    agent: 192.0.2.1\n"
		      "    erspan: [ { session: 1023, port: e7 },\n"
		      "              { session: 0, port: 4294967295 },\n"
		      "              { session: 1, port: \"9\" } ]\n"
		      "    ports: [ { ifindex: 7, name: e7 },\n"
		      "             { ifindex: 9, name: e9 },\n"
		      "             { ifindex: 10, name: \"9\" } ]\n"),
	    0);
	s = &config->switches[0];
	ck_assert_uint_eq(s->erspan_count, 3);
	ck_assert_uint_eq(s->erspan[0].session, 1023);
	ck_assert_uint_eq(s->erspan[0].ifindex, 7);
	ck_assert_str_eq(s->erspan[0].port, "e7");
	ck_assert_uint_eq(s->erspan[0].place.line, 7);
	ck_assert_uint_eq(s->erspan[1].session, 0);
	ck_assert_uint_eq(s->erspan[1].ifindex, UINT32_MAX);
	ck_assert_ptr_null(s->erspan[1].port);
	ck_assert_uint_eq(s->erspan[2].ifindex, 10);
}
END_TEST

/* Whose frames a mirror brings. */
static const struct {
	const char *name;
	const char *sources;
	const char *switches;
	size_t source;	   /* which one is looked at */
	size_t index;	   /* its switch */
	size_t count;	   /* of switches in the end */
	const char *found; /* the name of the switch */
	bool is_made;
} resolutions[] = {
	{ "said", "{ mirror: { interface: e, switch: sw2 } }",
	  SW1 ", " SW2 ", " SW3, 0, 1, 3, "sw2", false },
	{ "said, of ERSPAN", "{ erspan: { switch: sw2 } }", SW1 ", " SW2, 0, 1,
	  2, "sw2", false },
	{ "the only one", "{ mirror: { interface: e } }", SW2, 0, 0, 1, "sw2",
	  false },
	{ "the only one, of ERSPAN", "{ sflow: {} }, { erspan: {} }", SW1, 1, 0,
	  1, "sw1", false },
	{ "called mirror", "{ mirror: { interface: e } }",
	  SW1 ", " SW3 ", " SW2, 0, 1, 3, "mirror", false },
	{ "the only one, called mirror", "{ mirror: { interface: e } }", SW3, 0,
	  0, 1, "mirror", false },
	{ "made for want of any", "{ mirror: { interface: e } }", "", 0, 0, 1,
	  "mirror", true },
	{ "made beside several", "{ mirror: { interface: e } }", SW1 ", " SW2,
	  0, 2, 3, "mirror", true },
	{ "made once for two", "{ mirror: { interface: e } }, { erspan: {} }",
	  SW1 ", " SW2, 1, 2, 3, "mirror", true },
	{ "made once for two, of none",
	  "{ mirror: { interface: e } }, { erspan: {} }", "", 1, 0, 1, "mirror",
	  true },
	{ "said beside a made one",
	  "{ erspan: {} }, { mirror: { interface: e, switch: sw2 } }",
	  SW1 ", " SW2, 1, 1, 3, "sw2", false },
	{ "none of sFlow", "{ sflow: {} }", SW1 ", " SW2, 0, 0, 2, "sw1",
	  false },
};

static int read_resolution(size_t i)
{
	char text[300];

	(void)snprintf(text, sizeof(text), "sources: [ %s ]\nswitches: [ %s ]",
		       resolutions[i].sources, resolutions[i].switches);
	return read_text(text);
}

START_TEST(every_mirror_has_a_switch)
{
	const struct config_switch *s;
	uint32_t index;

	ck_assert_int_eq(read_resolution((size_t)_i), 0);
	ck_assert_uint_eq(config->switch_count, resolutions[_i].count);
	index = config->sources[resolutions[_i].source].switch_index;
	ck_assert_msg(index == resolutions[_i].index, "%s: %u",
		      resolutions[_i].name, index);
	s = &config->switches[index];
	ck_assert_str_eq(s->name, resolutions[_i].found);
	ck_assert_int_eq(s->is_made, resolutions[_i].is_made);
	ck_assert_uint_eq(s->agent.version == 0, s->is_made);
	ck_assert_uint_eq(s->from_count, s->is_made ? 0 : 1);
}
END_TEST

START_TEST(a_made_switch_is_not_printed_and_made_again)
{
	struct text first;
	struct text second;
	size_t count;

	ck_assert_int_eq(read_resolution((size_t)_i), 0);
	count = config->switch_count;
	ck_assert_int_eq(read_print(&first), 0);
	ck_assert_uint_eq(config->switch_count, count);
	ck_assert_uint_eq(config->sources[resolutions[_i].source].switch_index,
			  resolutions[_i].index);
	print(&second);
	ck_assert_str_eq(text_str(&first), text_str(&second));
	text_fini(&first);
	text_fini(&second);
}
END_TEST

START_TEST(a_made_switch_counts_whatever_way_a_frame_goes)
{
	ck_assert_int_eq(read_text("sources: [ { erspan: {} } ]\n"), 0);
	ck_assert(config->switches[0].is_made);
	ck_assert_int_eq(config->switches[0].direction, CONFIG_DIRECTION_ANY);
	ck_assert(!config_is_corrected(&config->switches[0]));
	ck_assert_uint_eq(config->switches[0].port_count, 0);
}
END_TEST

START_TEST(the_mirror_is_the_first_or_else_the_first_erspan)
{
	ck_assert_int_eq(read_text(""), 0);
	ck_assert_ptr_null(config_mirror(config));
	ck_assert_int_eq(read_text("sources: [ { sflow: {} }, { erspan: {} },\n"
				   "  { mirror: { interface: e } },\n"
				   "  { mirror: { interface: f } } ]\n"),
			 0);
	ck_assert_ptr_eq(config_mirror(config), &config->sources[2]);
	ck_assert_int_eq(read_text("sources: [ { sflow: {} }, { erspan: {} },\n"
				   "  { erspan: { listen: 192.0.2.1 } } ]\n"),
			 0);
	ck_assert_ptr_eq(config_mirror(config), &config->sources[1]);
}
END_TEST

static const struct {
	const char *switches;
	size_t index;
	size_t count;
} wants[] = {
	{ "", 0, 1 },
	{ SW2, 0, 1 },
	{ SW1 ", " SW3, 1, 2 },
	{ SW1 ", " SW2, 2, 3 },
};

START_TEST(a_mirror_that_is_wanted_is_added_and_not_printed)
{
	const struct config_source *s;
	struct text before;
	struct text after;
	char text[200];

	(void)snprintf(text, sizeof(text), "switches: [ %s ]",
		       wants[_i].switches);
	ck_assert_int_eq(read_text(text), 0);
	print(&before);
	ck_assert_int_eq(config_want_mirror(config), 0);
	ck_assert_int_eq(config_want_mirror(config), 0);
	ck_assert_uint_eq(config->source_count, 2);
	s = config_mirror(config);
	ck_assert_ptr_eq(s, &config->sources[1]);
	ck_assert_ptr_null(s->interface);
	ck_assert_uint_eq(s->snap_bytes, CONFIG_SNAP_DEFAULT);
	ck_assert_uint_eq(s->buffer_bytes, CONFIG_BUFFER_DEFAULT);
	ck_assert_int_eq(s->direction, CONFIG_DIRECTION_ANY);
	ck_assert_uint_eq(s->switch_index, wants[_i].index);
	ck_assert_uint_eq(config->switch_count, wants[_i].count);
	print(&after);
	ck_assert_str_eq(text_str(&before), text_str(&after));
	text_fini(&before);
	text_fini(&after);
}
END_TEST

START_TEST(a_mirror_that_is_there_is_enough)
{
	ck_assert_int_eq(
	    read_text("sources: [ { erspan: { duplicates: drop } } ]\n"), 0);
	ck_assert_int_eq(config_want_mirror(config), 0);
	ck_assert_uint_eq(config->source_count, 1);
	ck_assert(config_mirror(config)->drops_duplicates);
}
END_TEST

/* Each says one thing that the first one does not. */
static const char *const differing[] = {
	"mirror: { interface: e }",
	"mirror: { interface: f }",
	"mirror: { interface: e, filter: ip }",
	"mirror: { interface: e, switch: sw1 }",
	"mirror: { interface: e, buffer: 1M }",
	"mirror: { interface: e, snap_length: 96 }",
	"mirror: { interface: e, fcs: present }",
	"mirror: { interface: e, direction: ingress }",
	"mirror: { interface: e, duplicates: drop }",
	"erspan: {}",
	"erspan: { listen: 192.0.2.1 }",
	"sflow: {}",
	"sflow: { listen: \"[::]:6344\" }",
};

START_TEST(sources_differ_in_whatever_they_say)
{
	struct config *first;
	char text[200];

	(void)snprintf(text, sizeof(text),
		       "sources: [ { %s } ]\nswitches: [ " SW1 " ]",
		       differing[_i]);
	ck_assert_int_eq(read_text(text), 0);
	first = config;
	config = NULL;
	for (size_t i = 0; i < COUNT_OF(differing); i++) {
		(void)snprintf(text, sizeof(text),
			       "switches: [ " SW1 " ]\nsources: [ { %s } ]",
			       differing[i]);
		ck_assert_int_eq(read_text(text), 0);
		ck_assert_msg(config_same_source(&first->sources[0],
						 &config->sources[0]) ==
				  (i == (size_t)_i),
			      "%s and %s", differing[_i], differing[i]);
	}
	config_free(first);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_mirror_that_says_its_interface_gets_the_rest, 0 },
		{ all_that_a_mirror_says_is_read, 0 },
		{ a_receiver_of_erspan_has_an_address_and_no_port, 0 },
		{ a_buffer_has_a_megabyte_to_two_gigabytes, COUNT_OF(buffers) },
		{ a_snap_length_holds_headers_and_at_most_a_packet,
		  COUNT_OF(snap_lengths) },
		{ a_session_names_its_port_or_has_its_ifindex, 0 },
		{ every_mirror_has_a_switch, COUNT_OF(resolutions) },
		{ a_made_switch_is_not_printed_and_made_again,
		  COUNT_OF(resolutions) },
		{ a_made_switch_counts_whatever_way_a_frame_goes, 0 },
		{ the_mirror_is_the_first_or_else_the_first_erspan, 0 },
		{ a_mirror_that_is_wanted_is_added_and_not_printed,
		  COUNT_OF(wants) },
		{ a_mirror_that_is_there_is_enough, 0 },
		{ sources_differ_in_whatever_they_say, COUNT_OF(differing) },
	};

	return unit_run_with("config_sources", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
