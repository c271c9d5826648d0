/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <string.h>

#include "store/series_parse.h"
#include "util/err.h"

static const char *const names[] = {
	"exchange",
	"member/as64500",
	"member/as4294967295",
	"interface/as64500-v100-1",
	"vlan/v100",
	"vlan/v0",
	"switch/sw1",
	"switch/sw1.rrd",
	"port/sw1/436207616",
	"agent/sw-1.example.net",
	"pair/v100/as64500/as64501",
	"pair/v0/as64500/as64500",
};

START_TEST(a_name_reads_back_to_itself)
{
	char switch_name[SERIES_SWITCH_NAME_SIZE];
	char again[SERIES_FILE_SIZE];
	struct series s;

	ck_assert_msg(
	    series_parse(&s, switch_name, names[_i], strlen(names[_i])) == 0,
	    "%s", names[_i]);
	ck_assert_int_eq(series_print(again, &s), 0);
	ck_assert_str_eq(again, names[_i]);
}
END_TEST

START_TEST(fields_are_those_of_the_name)
{
	static const char name[] = "pair/v100/as64500/as64501";
	char switch_name[SERIES_SWITCH_NAME_SIZE];
	struct series s;

	ck_assert_int_eq(series_parse(&s, switch_name, name, strlen(name)), 0);
	ck_assert_int_eq(s.kind, SERIES_PAIR);
	ck_assert_uint_eq(s.vlan, 100);
	ck_assert_uint_eq(s.asn, 64500);
	ck_assert_uint_eq(s.other_asn, 64501);
}
END_TEST

static const char *const wrong[] = {
	"",
	"/",
	"exchange/",
	"exchange.rrd",
	"./exchange",
	"member",
	"member/",
	"member/as",
	"member/as064500",
	"member/as4294967296",
	"member/AS64500",
	"member/as64500.rrd",
	"member/as64500/x",
	"Member/as64500",
	"interface/as64500-v100",
	"interface/as64500-v4096-1",
	"interface/as64500-v100-65536",
	"port/sw1",
	"port//1",
	"port/../1",
	"port/s w/1",
	"port/sw1/1/2",
	"switch/..",
	"pair/v100/as64501/as64500",
	"pair/100/as64500/as64501",
	"pair/v100/as64500/as64501/as64502",
	"a/b/c/d/e/f/g",
};

START_TEST(no_other_name_is_read)
{
	char switch_name[SERIES_SWITCH_NAME_SIZE];
	struct series s;

	ck_assert_msg(series_parse(&s, switch_name, wrong[_i],
				   strlen(wrong[_i])) == ERR_SYNTAX,
		      "%s", wrong[_i]);
}
END_TEST

/* "member/as6" is a name, too; what is left out at the end of others is not. */
START_TEST(a_prefix_is_another_name_or_none)
{
	const char *name = names[_i];
	char switch_name[SERIES_SWITCH_NAME_SIZE];
	char again[SERIES_FILE_SIZE];
	struct series s;

	for (size_t len = 0; len < strlen(name); len++) {
		if (series_parse(&s, switch_name, name, len) < 0)
			continue;
		ck_assert_int_eq(series_print(again, &s), 0);
		ck_assert_uint_eq(strlen(again), len);
		ck_assert_int_eq(strncmp(again, name, len), 0);
	}
}
END_TEST

START_TEST(a_name_ends_at_its_length_and_has_no_nul)
{
	char switch_name[SERIES_SWITCH_NAME_SIZE];
	struct series s;

	ck_assert_int_eq(series_parse(&s, switch_name, "exchange,1", 8), 0);
	ck_assert_int_eq(series_parse(&s, switch_name, "exchange\0x", 10),
			 ERR_SYNTAX);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_name_reads_back_to_itself, COUNT_OF(names) },
		{ fields_are_those_of_the_name, 0 },
		{ no_other_name_is_read, COUNT_OF(wrong) },
		{ a_prefix_is_another_name_or_none, COUNT_OF(names) },
		{ a_name_ends_at_its_length_and_has_no_nul, 0 },
	};

	return unit_run("series_parse", tests, COUNT_OF(tests));
}
