/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/history_csv.h"

static struct history_csv csv;
static struct history_csv_row row;
static struct history_fault fault;

static bool head(const char *text)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "%s", text);
	return history_csv_head(&csv, line, strlen(line), &fault);
}

static bool read_row(const char *text)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "%s", text);
	return history_csv_line(&csv, line, strlen(line), &row, &fault);
}

START_TEST(a_row_is_read)
{
	ck_assert(head("series,time,seconds,consolidation,from_v4_bytes,"
		       "to_v6_pkts\r\n"));
	ck_assert(csv.names_series);
	ck_assert(read_row("member/as64500,2023-11-15T00:00:00Z,300,maximum,"
			   "1.5e3,\r\n"));
	ck_assert_int_eq(row.series.kind, SERIES_MEMBER);
	ck_assert_uint_eq(row.series.asn, 64500);
	ck_assert_int_eq(row.row.start_s, 1700006400);
	ck_assert_uint_eq(row.row.row_s, 300);
	ck_assert_int_eq(row.row.consolidation, CONSOLIDATION_MAXIMUM);
	ck_assert_double_eq(row.values[TRAFFIC_FROM_V4_BYTES], 1500);
	ck_assert(isnan(row.values[TRAFFIC_TO_V6_PKTS]));
	ck_assert(isnan(row.values[TRAFFIC_TO_V4_BYTES]));
}
END_TEST

START_TEST(fields_of_its_own_name_a_series)
{
	ck_assert(head("epoch,step,kind,switch,ifindex,in_octets"));
	ck_assert(read_row("1700006400,60,port,sw1,12,0"));
	ck_assert_int_eq(row.series.kind, SERIES_PORT);
	ck_assert_str_eq(row.series.switch_name, "sw1");
	ck_assert_uint_eq(row.series.ifindex, 12);
	ck_assert_double_eq(row.values[PORT_IN_OCTETS], 0);
	ck_assert_int_eq(row.row.consolidation, CONSOLIDATION_AVERAGE);
	ck_assert(head("time,seconds,kind,asn,peer,vlan,ab_v4_bytes"));
	ck_assert(read_row("1700006400,300,pair,64500,64501,100,7"));
	ck_assert_uint_eq(row.series.other_asn, 64501);
	ck_assert_uint_eq(row.series.vlan, 100);
}
END_TEST

/* As /graph/member.csv writes it: 8000 bit/s are 1000 bytes a second. */
START_TEST(a_graphs_csv_is_in_bits)
{
	ck_assert(head("time,seconds,from_member_ipv4_bps,"
		       "from_member_ipv6_bps,from_member_other_bps,"
		       "from_member_total_bps,from_member_half_width_bps,"
		       "to_member_ipv4_bps,to_member_ipv6_bps,"
		       "to_member_other_bps,to_member_total_bps,"
		       "to_member_half_width_bps"));
	ck_assert(!csv.names_series);
	row.series = (struct series){ .kind = SERIES_MEMBER, .asn = 64500 };
	ck_assert(read_row("2023-11-15T00:00:00Z,300,8000,16,,8016,9,4,,,4,1"));
	ck_assert_double_eq(row.values[TRAFFIC_FROM_V4_BYTES], 1000);
	ck_assert_double_eq(row.values[TRAFFIC_FROM_V6_BYTES], 2);
	ck_assert_double_eq(row.values[TRAFFIC_TO_V4_BYTES], 0.5);
	ck_assert(isnan(row.values[TRAFFIC_FROM_OTHER_BYTES]));
	ck_assert_uint_eq(row.series.asn, 64500);
}
END_TEST

static const struct {
	const char *line;
	size_t column;
} heads[] = {
	{ "", 1 },
	{ "series,time,seconds", 1 },
	{ "time,from_v4_bytes", 1 },
	{ "seconds,from_v4_bytes", 1 },
	{ "time,seconds,nonsense", 14 },
	{ "time,seconds,from_v4_bytes,From_v6_bytes", 28 },
	{ "time,seconds,from_v4_bytes,from_v4_bytes", 28 },
	{ "time,seconds,epoch,from_v4_bytes", 14 },
	{ "time,seconds,from_v4_bytes,from_member_ipv4_bps", 28 },
	{ "time,seconds,series,kind,from_v4_bytes", 1 },
	{ "time,seconds,\"from_v4_bytes", 28 },
	{ "time,seconds,,from_v4_bytes", 14 },
};

START_TEST(a_wrong_head_is_refused_with_its_column)
{
	ck_assert_msg(!head(heads[_i].line), "%s", heads[_i].line);
	ck_assert_ptr_nonnull(fault.what);
	ck_assert_msg(fault.column == heads[_i].column, "%s: %zu: %s",
		      heads[_i].line, fault.column, fault.what);
}
END_TEST

static const struct {
	const char *line;
	size_t column;
	const char *words;
} rows[] = {
	{ "member/as64500,2023-11-15T00:00:00Z,300,1", 41, "number of fields" },
	{ "member/as64500,2023-11-15T00:00:00Z,300,1,2,3", 45,
	  "number of fields" },
	{ "AS64500,2023-11-15T00:00:00Z,300,1,", 1, "no name of a series" },
	{ ",2023-11-15T00:00:00Z,300,1,", 1, "no name of a series" },
	{ "member/as64500,yesterday,300,1,", 16, "no time" },
	{ "member/as64500,2023-11-15 00:00:00,300,1,", 16, "no time" },
	{ "member/as64500,2023-02-29T00:00:00Z,300,1,", 16, "no time" },
	{ "member/as64500,-300,300,1,", 16, "no time" },
	{ "member/as64500,2023-11-15T00:00:10Z,300,1,", 16, "no multiple" },
	{ "member/as64500,0,300,1,", 16, "no multiple" },
	{ "member/as64500,2023-11-15T00:00:00Z,,1,", 37, "no whole number" },
	{ "member/as64500,2023-11-15T00:00:00Z,5m,1,", 37, "no whole number" },
	{ "member/as64500,2023-11-15T00:00:00Z,90,1,", 37, "no length" },
	{ "member/as64500,2023-11-15T00:00:00Z,0,1,", 37, "no length" },
	{ "member/as64500,2023-11-15T00:00:00Z,300,-1,", 41, "no rate" },
	{ "member/as64500,2023-11-15T00:00:00Z,300,nan,", 41, "no rate" },
	{ "member/as64500,2023-11-15T00:00:00Z,300,1 000,", 41, "no rate" },
	{ "member/as64500,2023-11-15T00:00:00Z,300,\"1,5\",", 41, "no rate" },
	{ "member/as64500,2023-11-15T00:00:00Z,300,0x10,", 41, "no rate" },
	{ "member/as64500,2023-11-15T00:00:00Z,300,1e999,", 41, "no rate" },
	{ "member/as64500,2023-11-15T00:00:00Z,300,1.2.3,", 41, "no rate" },
	{ "member/as64500,2023-11-15T00:00:00Z,300,1,2", 43,
	  "such a series does not have" },
	{ "pair/v1/as1/as2,2023-11-15T00:00:00Z,60,,", 38, "no length" },
};

START_TEST(a_wrong_row_is_refused_with_its_column)
{
	ck_assert(head("series,time,seconds,from_v4_bytes,in_octets"));
	ck_assert_msg(!read_row(rows[_i].line), "%s", rows[_i].line);
	ck_assert_ptr_nonnull(fault.what);
	ck_assert_msg(strstr(fault.what, rows[_i].words), "%s", fault.what);
	ck_assert_msg(fault.column == rows[_i].column, "%s: %zu: %s",
		      rows[_i].line, fault.column, fault.what);
}
END_TEST

static const char *const strangers[] = {
	"1700006400,300,port,,,,,,,1",
	"1700006400,300,port,,,,,..,1,1",
	"1700006400,300,pair,64501,64500,1,,,,1",
	"1700006400,300,router,64501,,,,,,1",
	"1700006400,300,vlan,,,4096,,,,1",
	"1700006400,300,interface,1,,1,65536,,,1",
};

START_TEST(what_names_no_series_is_refused)
{
	ck_assert(head("time,seconds,kind,asn,peer,vlan,ordinal,switch,"
		       "ifindex,from_v4_bytes"));
	ck_assert_msg(!read_row(strangers[_i]), "%s", strangers[_i]);
}
END_TEST

START_TEST(a_spreadsheets_mark_is_passed_over)
{
	ck_assert(head("\xef\xbb\xbftime,seconds,from_v4_bytes"));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_row_is_read, 0 },
		{ fields_of_its_own_name_a_series, 0 },
		{ a_graphs_csv_is_in_bits, 0 },
		{ a_wrong_head_is_refused_with_its_column, COUNT_OF(heads) },
		{ a_wrong_row_is_refused_with_its_column, COUNT_OF(rows) },
		{ what_names_no_series_is_refused, COUNT_OF(strangers) },
		{ a_spreadsheets_mark_is_passed_over, 0 },
	};

	return unit_run("history_csv", tests, COUNT_OF(tests));
}
