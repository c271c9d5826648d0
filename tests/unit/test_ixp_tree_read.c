/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Files of IXP Manager's tree by paths that others write, and read for them. */

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/ixp_tree.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"

enum { FILE_SIZE = 185312, START = 1700006400 };

static const struct {
	const char *path;
	struct ixp_file file;
} paths[] = {
	{ "ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan00010.rrd",
	  { IXP_AGGREGATE, IXP_IPV4, IXP_BYTES, 10, 0 } },
	{ "ipv6/pkts/aggregate/aggregate.ipv6.pkts.vlan04094.rrd",
	  { IXP_AGGREGATE, IXP_IPV6, IXP_PKTS, 4094, 0 } },
	{ "ipv6/pkts/individual/individual.ipv6.pkts.src-00007.rrd",
	  { IXP_INDIVIDUAL, IXP_IPV6, IXP_PKTS, 7, 0 } },
	{ "ipv4/bytes/p2p/src-00007/p2p.ipv4.bytes.src-00007.dst-00008.rrd",
	  { IXP_P2P, IXP_IPV4, IXP_BYTES, 7, 8 } },
	{ "ipv4/bytes/p2p/src-123456/p2p.ipv4.bytes.src-123456.dst-00000.rrd",
	  { IXP_P2P, IXP_IPV4, IXP_BYTES, 123456, 0 } },
	{ "ipv4/pkts/individual/individual.ipv4.pkts.src-4294967295.rrd",
	  { IXP_INDIVIDUAL, IXP_IPV4, IXP_PKTS, UINT32_MAX, 0 } },
};

START_TEST(a_path_says_which_file_it_is)
{
	struct ixp_file file;
	char again[PATH_MAX];

	ck_assert_int_eq(ixp_tree_parse(paths[_i].path, &file), 0);
	ck_assert_int_eq(file.kind, paths[_i].file.kind);
	ck_assert_int_eq(file.protocol, paths[_i].file.protocol);
	ck_assert_int_eq(file.unit, paths[_i].file.unit);
	ck_assert_uint_eq(file.id, paths[_i].file.id);
	ck_assert_uint_eq(file.other, paths[_i].file.other);
	ck_assert_int_eq(ixp_tree_path(again, sizeof(again), "r", &file), 0);
	ck_assert_str_eq(again + 2, paths[_i].path);
}
END_TEST

static const char *const odd[] = {
	"",
	"/",
	"ipv4",
	"ipv4/bytes/aggregate/",
	"/ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan00010.rrd",
	"ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan10.rrd",
	"ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan000010.rrd",
	"ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan00010.rrd/",
	"ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan00010.rrd.bak",
	"ipv4/bytes/aggregate/../aggregate/aggregate.ipv4.bytes.vlan00010.rrd",
	"ipv4/bytes/aggregate/aggregate.ipv6.bytes.vlan00010.rrd",
	"ipv4/pkts/aggregate/aggregate.ipv4.bytes.vlan00010.rrd",
	"ipv5/bytes/aggregate/aggregate.ipv5.bytes.vlan00010.rrd",
	"ipv4/bytes/individual/individual.ipv4.bytes.src-4294967296.rrd",
	"ipv4/bytes/individual/individual.ipv4.bytes.src--0007.rrd",
	"ipv4/bytes/individual/individual.ipv4.bytes.src-0000x.rrd",
	"ipv4/bytes/p2p/src-00008/p2p.ipv4.bytes.src-00007.dst-00008.rrd",
	"ipv4/bytes/p2p/src-00007/p2p.ipv4.bytes.src-00007.rrd",
	"../../../etc/passwd",
};

START_TEST(any_other_path_is_none)
{
	struct ixp_file file;

	ck_assert_int_eq(ixp_tree_parse(odd[_i], &file), ERR_SYNTAX);
}
END_TEST

static const struct ixp_file pair = {
	.kind = IXP_P2P, .unit = IXP_BYTES, .id = 7, .other = 8
};

static void write_rows(const char *root)
{
	static const double values[4][2] = {
		{ 1, 2 }, { 3, 4 }, { NAN, NAN }, { 5, 6 }
	};
	struct series_row rows[4];
	size_t skipped;

	for (int i = 0; i < 4; i++) {
		rows[i] = (struct series_row){
			.start_s = START + i * (int64_t)IXP_TREE_STEP_S
		};
		memcpy(rows[i].values, values[i], sizeof(values[i]));
	}
	ck_assert_int_eq(ixp_tree_write(root, &pair, rows, 4, &skipped), 0);
	ck_assert_uint_eq(skipped, 0);
}

START_TEST(rows_are_what_was_written)
{
	static const double wanted[4][2] = {
		{ 1, 2 }, { 3, 4 }, { NAN, NAN }, { 5, 6 }
	};
	const struct series_range range = {
		.from_s = START,
		.to_s = START + 4 * IXP_TREE_STEP_S,
		.row_s = IXP_TREE_STEP_S,
	};
	struct series_data data;
	char *root = tempdir_new();

	write_rows(root);
	ck_assert_int_eq(ixp_tree_read(&data, root, &pair, &range), 0);
	ck_assert_uint_eq(data.rows, 4);
	ck_assert_uint_eq(data.columns, IXP_COLUMN_COUNT);
	for (size_t i = 0; i < 8; i++) {
		double value = series_at(&data, i / 2, i % 2);

		ck_assert(isnan(wanted[i / 2][i % 2])
			      ? isnan(value)
			      : value == wanted[i / 2][i % 2]);
	}
	series_data_fini(&data);
	tempdir_remove(root);
}
END_TEST

START_TEST(a_file_is_read_whole_or_not_at_all)
{
	char *root = tempdir_new();
	struct ixp_file missing = pair;
	char path[PATH_MAX];
	struct text disk;
	struct text got;

	text_init(&disk);
	text_init(&got);
	write_rows(root);
	missing.id = 9;
	ck_assert_int_eq(ixp_tree_read_whole(&got, root, &missing),
			 ERR_NOT_FOUND);
	ck_assert_int_eq(ixp_tree_read_whole(&got, root, &pair), 0);
	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), root, &pair), 0);
	ck_assert_int_eq(file_read(path, FILE_SIZE, &disk), 0);
	ck_assert_uint_eq(got.len, FILE_SIZE);
	ck_assert_uint_eq(disk.len, FILE_SIZE);
	ck_assert_mem_eq(got.data, disk.data, FILE_SIZE);
	text_clear(&got);
	ck_assert_int_eq(truncate(path, FILE_SIZE - 8), 0);
	ck_assert_int_eq(ixp_tree_read_whole(&got, root, &pair), ERR_STORE);
	ck_assert_uint_eq(got.len, 0);
	text_fini(&got);
	text_fini(&disk);
	tempdir_remove(root);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_path_says_which_file_it_is, COUNT_OF(paths) },
		{ any_other_path_is_none, COUNT_OF(odd) },
		{ rows_are_what_was_written, 0 },
		{ a_file_is_read_whole_or_not_at_all, 0 },
	};

	return unit_run("ixp_tree_read", tests, COUNT_OF(tests));
}
