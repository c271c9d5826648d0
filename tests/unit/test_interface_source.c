/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What wants no right: filters, and interfaces that are not there. All else is
 * in integration.mirror_live. */
#include "support/unit.h"

#include <string.h>

#include "collector/interface_source.h"
#include "util/err.h"

static struct text problem;

static void setup(void)
{
	text_init(&problem);
}

static void teardown(void)
{
	text_fini(&problem);
}

static const char *const good[] = {
	"",
	"ip",
	"vlan 100 and (ip or ip6)",
	"ether src 02:00:00:00:00:01 or ether host aa:bb:cc:dd:ee:ff",
	"host 192.0.2.1 and not net 198.51.100.0/24",
	"host 2001:db8::1 or net fe80::/10",
	"tcp portrange 179-180 && greater 100",
	"ip[6:2] & 0x1fff != 0 or tcp[tcpflags] & tcp-syn != 0",
	"ether proto 0x88be or proto 47",
	"ether[0] & 1 = 0 and not ether multicast",
	"ether src aabb.ccdd.eeff or ether dst aa-bb-cc-dd-ee-ff",
	"icmp[icmptype] != icmp-unreach or icmp6[0] != icmp6-neighborsolicit",
	"net 192.0.2 or length >= 0x40",
	"ether host 02-00-00-00-00-01 or ether src 0200.00AA.0001",
	"ether src aa-bb-cc-dd-ee-ff or ether dst aa.bb.cc.dd.ee.ff",
	"net 10 or net 192.0.2 or len>-1",
};

START_TEST(a_filter_of_addresses_and_numbers_is_good)
{
	int rc = interface_filter_check(good[_i], 256, &problem);

	ck_assert_msg(rc == 0, "%s: %s", good[_i], text_str(&problem));
	ck_assert_str_eq(text_str(&problem), "");
}
END_TEST

static const struct {
	const char *filter;
	const char *said; /* in the problem */
} bad[] = {
	{ "vlan and", "is wrong: " },
	{ "ip[", "is wrong: " },
	{ "vlan 5000", "is wrong: " },
	{ "host example.org", "up: \"example.org\"" },
	{ "host sw1", "up: \"sw1\"" },
	{ "port bgp", "up: \"bgp\"" },
	{ "ip proto \\tcp", "up: \"\\tcp\"" },
	{ "(host(sw1))", "up: \"sw1\"" },
	{ "host 1e100.net", "up: \"1e100.net\"" },
	{ "host 3com", "up: \"3com\"" },
	{ "host 0xyz", "up: \"0xyz\"" },
	{ "host face", "up: \"face\"" },
	{ "host 4sw.example", "up: \"4sw.example\"" },
	{ "host 1a.be", "up: \"1a.be\"" },
	{ "host 12-34-56-78-9a-be.example", "up: \"12-34-" },
	{ "port 3com-tsmux", "up: \"3com-tsmux\"" },
	{ "host 0xz", "up: \"0xz\"" },
};

START_TEST(a_filter_that_is_wrong_or_has_names_is_refused)
{
	ck_assert_int_eq(interface_filter_check(bad[_i].filter, 256, &problem),
			 ERR_SYNTAX);
	ck_assert_msg(strstr(text_str(&problem), bad[_i].said) != NULL, "%s",
		      text_str(&problem));
	ck_assert_ptr_nonnull(strstr(text_str(&problem), bad[_i].filter));
}
END_TEST

START_TEST(a_filter_that_would_take_long_is_refused)
{
	char filter[2050] = "ip ";

	memset(filter + 3, ' ', sizeof(filter) - 5);
	ck_assert_int_eq(interface_filter_check(filter, 256, &problem), 0);
	filter[sizeof(filter) - 2] = ' ';
	ck_assert_int_eq(interface_filter_check(filter, 256, &problem),
			 ERR_SYNTAX);
	ck_assert_ptr_nonnull(strstr(text_str(&problem), "at most 2048"));
}
END_TEST

static void refuse_frame(void *context, const struct interface_frame *frame)
{
	(void)context;
	(void)frame;
	ck_abort_msg("a frame of an interface that is not there");
}

START_TEST(an_interface_that_is_not_there_is_waited_for)
{
	const struct interface_options options = { .interface = "no-such-one",
						   .filter = NULL,
						   .buffer_bytes = 1 << 20,
						   .snap_bytes = 256 };
	struct interface_source *s;

	ck_assert_int_eq(interface_source_open(&s, &options, &problem), 0);
	ck_assert_int_eq(interface_source_fd(s), -1);
	ck_assert_int_eq((int)interface_source_state(s), INTERFACE_GONE);
	ck_assert_str_eq(interface_source_problem(s), "");
	ck_assert_int_eq(interface_source_receive(s, refuse_frame, NULL, 10),
			 0);
	ck_assert(!interface_source_tick(s));
	ck_assert_uint_eq(interface_source_drops(s), 0);
	interface_source_close(s);
	interface_source_close(NULL);
}
END_TEST

START_TEST(a_name_that_none_can_have_is_refused)
{
	const struct interface_options options = { .interface =
						       "a-name-of-16-chr",
						   .filter = NULL,
						   .buffer_bytes = 1 << 20,
						   .snap_bytes = 256 };
	struct interface_source *s;

	ck_assert_int_eq(interface_source_open(&s, &options, &problem),
			 ERR_SYNTAX);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_filter_of_addresses_and_numbers_is_good, COUNT_OF(good) },
		{ a_filter_that_is_wrong_or_has_names_is_refused,
		  COUNT_OF(bad) },
		{ a_filter_that_would_take_long_is_refused, 0 },
		{ an_interface_that_is_not_there_is_waited_for, 0 },
		{ a_name_that_none_can_have_is_refused, 0 },
	};

	return unit_run_with("interface_source", setup, teardown, tests,
			     COUNT_OF(tests));
}
