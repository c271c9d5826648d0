/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/ixp_tree.h"
#include "support/ixp_rows.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "util/attr.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"
#include "util/text.h"

#define T0   STORED_START
#define STEP ((int64_t)IXP_TREE_STEP_S)

enum { FILE_SIZE = 185312, SILENT = 2 };

/* What the handler says to rrdcreate, word by word. */
#define HANDLER                                                                \
	"DS:traffic_in:GAUGE:600:U:U DS:traffic_out:GAUGE:600:U:U "            \
	"RRA:AVERAGE:0.5:1:600 RRA:MAX:0.5:1:600 "                             \
	"RRA:AVERAGE:0.5:6:700 RRA:MAX:0.5:6:700 "                             \
	"RRA:AVERAGE:0.5:24:750 RRA:MAX:0.5:24:750 "                           \
	"RRA:AVERAGE:0.5:288:3650 RRA:MAX:0.5:288:3650"

static char *root;
static const struct ixp_file p2p = {
	.kind = IXP_P2P, .unit = IXP_BYTES, .id = 7, .other = 8
};

static void setup(void)
{
	root = tempdir_new();
}

static void teardown(void)
{
	tempdir_remove(root);
}

/* What a command prints; it must succeed. To be freed with text_fini. */
static struct text PRINTF_LIKE(1, 2) command(const char *format, ...)
{
	char words[2 * PATH_MAX];
	char block[4096];
	struct text out;
	va_list arguments;
	size_t got;
	FILE *pipe;

	va_start(arguments, format);
	(void)vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	text_init(&out);
	pipe = popen(words, "r");
	ck_assert_ptr_nonnull(pipe);
	while ((got = fread(block, 1, sizeof(block), pipe)) > 0)
		text_add_bytes(&out, block, got);
	ck_assert_int_eq(pclose(pipe), 0);
	ck_assert(text_ok(&out));
	return out;
}

static char *path_of(const struct ixp_file *file)
{
	static char path[PATH_MAX];

	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), root, file), 0);
	return path;
}

/* Rows of in = rates[i], out = 10 · rates[i]. @return how many were old */
static size_t put(const struct ixp_file *file, int64_t start_s,
		  const double *rates, size_t count)
{
	struct series_row rows[16];
	size_t skipped;

	ck_assert_uint_le(count, COUNT_OF(rows));
	for (size_t i = 0; i < count; i++) {
		rows[i].start_s = start_s + (int64_t)i * STEP;
		rows[i].values[IXP_TRAFFIC_IN] = rates[i];
		rows[i].values[IXP_TRAFFIC_OUT] = 10 * rates[i];
	}
	ck_assert_int_eq(ixp_tree_write(root, file, rows, count, &skipped), 0);
	return skipped;
}

/* Assert the row of the step that begins there. */
static void assert_row(const struct ixp_file *file, int64_t start_s, double in,
		       double out)
{
	struct ixp_row row = ixp_rows_read(root, file, start_s);

	if (isnan(in)) {
		ck_assert_double_nan(row.in);
		ck_assert_double_nan(row.out);
	} else {
		ck_assert_double_eq_tol(row.in, in, 1e-6);
		ck_assert_double_eq_tol(row.out, out, 1e-6);
	}
}

static const struct {
	struct ixp_file file;
	const char *path;
} paths[] = {
	{ { IXP_AGGREGATE, IXP_IPV4, IXP_BYTES, 10, 0 },
	  "/ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan00010.rrd" },
	{ { IXP_AGGREGATE, IXP_IPV6, IXP_PKTS, 4094, 0 },
	  "/ipv6/pkts/aggregate/aggregate.ipv6.pkts.vlan04094.rrd" },
	{ { IXP_INDIVIDUAL, IXP_IPV6, IXP_PKTS, 7, 0 },
	  "/ipv6/pkts/individual/individual.ipv6.pkts.src-00007.rrd" },
	{ { IXP_P2P, IXP_IPV4, IXP_BYTES, 7, 8 },
	  "/ipv4/bytes/p2p/src-00007/p2p.ipv4.bytes.src-00007.dst-00008.rrd" },
	{ { IXP_P2P, IXP_IPV6, IXP_BYTES, 123456, 4294967295 },
	  "/ipv6/bytes/p2p/src-123456/"
	  "p2p.ipv6.bytes.src-123456.dst-4294967295.rrd" },
};

START_TEST(a_file_stands_where_grapher_looks)
{
	char *path = path_of(&paths[_i].file);

	ck_assert_int_eq(strncmp(path, root, strlen(root)), 0);
	ck_assert_str_eq(path + strlen(root), paths[_i].path);
}
END_TEST

START_TEST(a_path_without_room_is_an_error)
{
	char path[40];

	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), root, &p2p),
			 -ENAMETOOLONG);
}
END_TEST

/* What rrdtool says of a file, but for what differs from day to day. */
static struct text definition(const char *path)
{
	return command("rrdtool info %s | grep -v -e ^filename -e ^last_update "
		       "-e cur_row -e last_ds -e unknown_sec -e '\\.value' "
		       "-e cdp_prep",
		       path);
}

START_TEST(a_file_is_what_rrdtool_makes_of_the_handlers_words)
{
	const double one = 1;
	char theirs[PATH_MAX];
	struct stat status;
	struct text ours;
	struct text wanted;

	(void)put(&p2p, T0, &one, 1);
	ck_assert_int_eq(stat(path_of(&p2p), &status), 0);
	ck_assert_int_eq(status.st_size, FILE_SIZE);
	ours = definition(path_of(&p2p));
	(void)snprintf(theirs, sizeof(theirs), "%s/theirs.rrd", root);
	wanted = command("rrdtool create %s " HANDLER, theirs);
	text_fini(&wanted);
	wanted = definition(theirs);
	ck_assert_str_eq(text_str(&ours), text_str(&wanted));
	text_clear(&wanted);
	ck_assert_int_eq(file_read(GOLDEN_INFO, 1 << 16, &wanted), 0);
	ck_assert_str_eq(text_str(&ours), text_str(&wanted));
	text_fini(&ours);
	text_fini(&wanted);
}
END_TEST

/* As the handler left it: updates each minute, the last one in mid-step. */
static void make_as_the_handler(int64_t last_s)
{
	struct text none;

	none = command("mkdir -p %s/ipv4/bytes/p2p/src-00007", root);
	text_fini(&none);
	none = command("rrdtool create %s --start %lld " HANDLER, path_of(&p2p),
		       (long long)(T0 - 10));
	text_fini(&none);
	for (int64_t at = T0 + 50; at <= last_s; at += 60) {
		none = command("rrdtool update %s %lld:100:200", path_of(&p2p),
			       (long long)at);
		text_fini(&none);
	}
}

START_TEST(a_file_of_the_handler_goes_on)
{
	const double rates[] = { 7, 8 };

	/* ends 40 s before the next step of ours */
	make_as_the_handler(T0 + 3 * STEP - 40);
	ck_assert_uint_eq(put(&p2p, T0 + 3 * STEP, rates, 2), 0);
	assert_row(&p2p, T0 + STEP, 100, 200);
	assert_row(&p2p, T0 + 2 * STEP, 100, 200);
	assert_row(&p2p, T0 + 3 * STEP, 7, 70);
	assert_row(&p2p, T0 + 4 * STEP, 8, 80);
}
END_TEST

START_TEST(the_step_in_which_the_handler_ends_is_filled_up)
{
	const double rates[] = { 7, 8 };

	/* ends 110 s into a step; librrd weighs both by their time */
	make_as_the_handler(T0 + 2 * STEP + 110);
	ck_assert_uint_eq(put(&p2p, T0 + 2 * STEP, rates, 2), 0);
	assert_row(&p2p, T0 + STEP, 100, 200);
	assert_row(&p2p, T0 + 2 * STEP, (110 * 100 + 190 * 7) / 300.0,
		   (110 * 200 + 190 * 70) / 300.0);
	assert_row(&p2p, T0 + 3 * STEP, 8, 80);
}
END_TEST

START_TEST(steps_that_the_handler_has_written_are_left_out)
{
	const double rates[] = { 7, 8, 9 };

	make_as_the_handler(T0 + 2 * STEP + 50);
	ck_assert_uint_eq(put(&p2p, T0, rates, 3), 2);
	assert_row(&p2p, T0 + STEP, 100, 200);
}
END_TEST

/* The heartbeat is two steps: without care one would be smeared over both. */
START_TEST(a_step_left_out_is_unknown)
{
	const double rates[] = { 5 };

	(void)put(&p2p, T0, rates, 1);
	(void)put(&p2p, T0 + 2 * STEP, rates, 1);
	assert_row(&p2p, T0, 5, 50);
	assert_row(&p2p, T0 + STEP, NAN, NAN);
	assert_row(&p2p, T0 + 2 * STEP, 5, 50);
}
END_TEST

START_TEST(an_empty_file_is_made_anew)
{
	const double rates[] = { 5 };

	make_as_the_handler(T0);
	ck_assert_int_eq(truncate(path_of(&p2p), 0), 0);
	(void)put(&p2p, T0, rates, 1);
	assert_row(&p2p, T0, 5, 50);
}
END_TEST

START_TEST(a_foreign_or_torn_file_is_refused)
{
	struct series_row row = { .start_s = T0 };
	size_t skipped;
	int64_t time_s;

	log_set_level((enum log_level)SILENT);
	make_as_the_handler(T0);
	ck_assert_int_eq(truncate(path_of(&p2p), FILE_SIZE - 1), 0);
	ck_assert_int_eq(ixp_tree_write(root, &p2p, &row, 1, &skipped),
			 ERR_STORE);
	ck_assert_int_eq(ixp_tree_last_traffic(root, &p2p, &time_s), ERR_STORE);
	ck_assert_int_eq(unlink(path_of(&p2p)), 0);
	ck_assert_int_eq(ixp_tree_last_traffic(root, &p2p, &time_s),
			 ERR_NOT_FOUND);
}
END_TEST

START_TEST(the_last_traffic_is_found)
{
	const double rates[] = { 0, 3, 0, 0, NAN, 0 };
	const double none[] = { 0, 0, 0 };
	int64_t time_s = 1;

	(void)put(&p2p, T0, none, 3);
	ck_assert_int_eq(ixp_tree_last_traffic(root, &p2p, &time_s), 0);
	ck_assert_int_eq(time_s, 0);
	(void)put(&p2p, T0 + 3 * STEP, rates, 6);
	ck_assert_int_eq(ixp_tree_last_traffic(root, &p2p, &time_s), 0);
	ck_assert_int_eq(time_s, T0 + 5 * STEP);
}
END_TEST

/* Behind the 50 hours of fine rows, by the two-hour means, and no further. */
static const struct {
	int64_t days;
	int64_t found_s;
} ages[] = { { 1, T0 + STEP }, { 3, T0 + 7200 }, { 62, T0 + 7200 }, { 64, 0 } };

START_TEST(the_last_traffic_is_found_weeks_back)
{
	const double rates[] = { 3 };
	int64_t rows = ages[_i].days * 288;
	struct series_row *idle = calloc((size_t)rows, sizeof(*idle));
	int64_t time_s = 1;
	size_t skipped;

	ck_assert_ptr_nonnull(idle);
	(void)put(&p2p, T0, rates, 1);
	for (int64_t i = 0; i < rows; i++)
		idle[i].start_s = T0 + (i + 1) * STEP;
	ck_assert_int_eq(
	    ixp_tree_write(root, &p2p, idle, (size_t)rows, &skipped), 0);
	free(idle);
	ck_assert_int_eq(ixp_tree_last_traffic(root, &p2p, &time_s), 0);
	ck_assert_int_eq(time_s, ages[_i].found_s);
}
END_TEST

struct listing {
	struct ixp_file files[8];
	size_t count;
	size_t wanted;
};

static bool list(void *context, const struct ixp_file *file)
{
	struct listing *l = context;

	ck_assert_uint_lt(l->count, COUNT_OF(l->files));
	l->files[l->count++] = *file;
	return l->count < l->wanted;
}

static void touch(const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	*strrchr(path, '/') = '\0';
	ck_assert_int_eq(file_make_directories(path), 0);
	path[strlen(path)] = '/';
	ck_assert_int_eq(file_replace(path, "", 0), 0);
}

static void touch_several(void)
{
	touch("ipv4/bytes/p2p/src-00007/"
	      "p2p.ipv4.bytes.src-00007.dst-00008.rrd");
	touch("ipv6/bytes/p2p/src-123456/"
	      "p2p.ipv6.bytes.src-123456.dst-00008.rrd");
	/* others */
	touch("ipv4/pkts/p2p/src-00007/p2p.ipv4.pkts.src-00007.dst-00009.rrd");
	touch("ipv4/bytes/p2p/src-00007/"
	      "p2p.ipv4.bytes.src-00006.dst-00008.rrd");
	touch("ipv4/bytes/p2p/src-00007/"
	      "p2p.ipv4.bytes.src-00007.dst-00008.rrd.bak");
	touch("ipv4/bytes/p2p/src-00007/p2p.ipv4.bytes.src-00007.dst-8.rrd");
	touch(
	    "ipv4/bytes/p2p/src-00007/p2p.ipv4.bytes.src-00007.dst-000008.rrd");
	touch("ipv4/bytes/p2p/src-00007x/"
	      "p2p.ipv4.bytes.src-00007.dst-00008.rrd");
	touch("ipv4/bytes/p2p/src-99999999999/x");
	touch("ipv4/bytes/p2p/src-00009");
}

START_TEST(pairs_are_listed_by_their_names)
{
	struct listing l = { .wanted = SIZE_MAX };

	touch_several();
	ck_assert_int_eq(ixp_tree_list(root, list, &l), 0);
	ck_assert_uint_eq(l.count, 2);
	ck_assert_int_eq(l.files[0].protocol, IXP_IPV4);
	ck_assert_uint_eq(l.files[0].id, 7);
	ck_assert_uint_eq(l.files[0].other, 8);
	ck_assert_int_eq(l.files[1].protocol, IXP_IPV6);
	ck_assert_uint_eq(l.files[1].id, 123456);
}
END_TEST

START_TEST(a_listing_ends_when_told)
{
	struct listing l = { .wanted = 1 };

	touch_several();
	ck_assert_int_eq(ixp_tree_list(root, list, &l), 0);
	ck_assert_uint_eq(l.count, 1);
}
END_TEST

START_TEST(no_tree_holds_no_pairs)
{
	struct listing l = { .wanted = SIZE_MAX };

	ck_assert_int_eq(ixp_tree_list("/nonexistent", list, &l), 0);
	ck_assert_int_eq(ixp_tree_list("/dev/null", list, &l), 0);
	ck_assert_uint_eq(l.count, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_file_stands_where_grapher_looks, COUNT_OF(paths) },
		{ a_path_without_room_is_an_error, 0 },
		{ a_file_is_what_rrdtool_makes_of_the_handlers_words, 0 },
		{ a_file_of_the_handler_goes_on, 0 },
		{ the_step_in_which_the_handler_ends_is_filled_up, 0 },
		{ steps_that_the_handler_has_written_are_left_out, 0 },
		{ a_step_left_out_is_unknown, 0 },
		{ an_empty_file_is_made_anew, 0 },
		{ a_foreign_or_torn_file_is_refused, 0 },
		{ the_last_traffic_is_found, 0 },
		{ the_last_traffic_is_found_weeks_back, COUNT_OF(ages) },
		{ pairs_are_listed_by_their_names, 0 },
		{ a_listing_ends_when_told, 0 },
		{ no_tree_holds_no_pairs, 0 },
	};

	return unit_run_with("ixp_tree", setup, teardown, tests,
			     COUNT_OF(tests));
}
