/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The client against Debian's rrdcached: whatever happens to the server, its
 * files are in the end those that rrd_write_rows makes of the same rows.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/rrd_write.h"
#include "store/rrdcached.h"
#include "store/rrdcached_link.h"
#include "support/rrdcached_server.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

#define T0 STORED_START

enum {
	EACH_KIND = 2,
	SERIES_MAX = EACH_KIND * SERIES_KIND_COUNT,
	STEPS_MAX = 2800, /* all of them in the finest archive */
	KILLS = 5,
	KILLS_LONG = 20,
	PATIENCE = 40, /* finishes until all is well again */
	SILENT = 2,
};

static char *dir;
static struct rrdcached_server server;
static struct rrdcached *client;

/* Quick to notice, quick to come back. */
static const struct rrdcached_limits limits = {
	.answer_ms = 5000,
	.finish_ms = 20000,
	.settle_ms = 500,
	.retry_first_ms = 1,
	.retry_most_ms = 20,
	.batch_bytes = 16 << 10,
	.refill_rows = 100,
};

static bool is_long(void)
{
	const char *form = getenv("LANTERNE_FAULT");

	return form && strcmp(form, "long") == 0;
}

static void setup(void)
{
	log_set_level((enum log_level)SILENT);
	dir = tempdir_new();
}

static void teardown(void)
{
	if (client)
		rrdcached_close(client);
	client = NULL;
	if (server.pid > 0)
		rrdcached_server_end(&server, SIGKILL);
	tempdir_remove(dir);
}

/* The truth: what each series gets in each step, made when asked for. */

static struct series series_number(size_t number)
{
	struct series s =
	    stored_series((enum series_kind)(number % SERIES_KIND_COUNT));
	uint32_t more = (uint32_t)(number / SERIES_KIND_COUNT);

	s.asn -= more; /* the lower one of a pair */
	s.vlan = (uint16_t)(s.vlan + more);
	s.ifindex += more;
	return s;
}

/* There is one exchange, and one switch. */
static bool is_told_of(size_t number)
{
	size_t kind = number % SERIES_KIND_COUNT;

	return number < SERIES_KIND_COUNT ||
	       (kind != SERIES_EXCHANGE && kind != SERIES_SWITCH &&
		kind != SERIES_AGENT);
}

/* @return false: nothing is known of that step */
static bool true_row(size_t number, int64_t start_s, struct series_row *row)
{
	int64_t step = (start_s - T0) / SERIES_STEP_S;
	uint64_t seed = number * 100003 + (uint64_t)step;

	(void)stored_random(&seed);
	if (stored_random(&seed) % 11 == 0)
		return false;
	row->start_s = start_s;
	for (size_t i = 0; i < SERIES_COLUMNS_MAX; i++) {
		row->values[i] = stored_random(&seed) % 1000 / 8.0;
		if (stored_random(&seed) % 50 == 0)
			row->values[i] = NAN;
	}
	return true;
}

/* How far the truth goes: the journal has all of it. */
static int64_t told_to_s;

static size_t number_of(const struct series *series)
{
	struct series s;

	for (size_t n = 0; n < SERIES_MAX; n++) {
		s = series_number(n);
		if (s.kind == series->kind && s.asn == series->asn &&
		    s.vlan == series->vlan && s.ifindex == series->ifindex)
			return n;
	}
	ck_abort_msg("a series that nobody gave");
}

static int64_t step_of(size_t number)
{
	return series_layout(series_number(number).kind)->step_s;
}

static size_t asked;

static int journal(void *context, struct rrdcached *c,
		   const struct rrdcached_gap *gaps, size_t count)
{
	struct series_row row;
	int rc = 0;

	(void)context;
	asked++;
	for (int64_t at_s = T0; at_s < told_to_s; at_s += SERIES_STEP_S) {
		for (size_t g = 0; g < count && rc == 0; g++) {
			size_t n = number_of(gaps[g].series);

			if ((at_s - T0) % step_of(n) == 0 &&
			    at_s + step_of(n) <= told_to_s &&
			    at_s >= gaps[g].from_s && at_s < gaps[g].to_s &&
			    true_row(n, at_s, &row))
				rc = rrdcached_refill(c, g, &row);
		}
	}
	return rc;
}

static void open_client(const struct rrdcached_limits *l)
{
	ck_assert_int_eq(rrdcached_open(&client, &server.target, l), 0);
	rrdcached_set_source(client, journal, NULL);
}

static void start(bool over_tcp)
{
	rrdcached_server_init(&server, dir, over_tcp);
	rrdcached_server_start(&server);
	open_client(&limits);
}

/* Give the rows of the next step to the client. */
static void tell_step(void)
{
	int64_t end_s = told_to_s + SERIES_STEP_S;

	for (size_t n = 0; n < SERIES_MAX; n++) {
		struct series series = series_number(n);
		struct series_row row;

		if (!is_told_of(n))
			continue;
		if ((end_s - T0) % step_of(n) == 0 &&
		    true_row(n, end_s - step_of(n), &row))
			ck_assert_int_eq(
			    rrdcached_write_rows(client, &series, &row, 1), 0);
	}
	told_to_s = end_s;
}

/* What a caller tells a new client from its journal. */
static void expect_all(void)
{
	for (size_t n = 0; n < SERIES_MAX; n++) {
		struct series series = series_number(n);
		struct series_row row;
		int64_t end_s = told_to_s - (told_to_s - T0) % step_of(n);

		while (end_s > T0 && !true_row(n, end_s - step_of(n), &row))
			end_s -= step_of(n);
		if (is_told_of(n) && end_s > T0)
			ck_assert_int_eq(
			    rrdcached_expect(client, &series, end_s), 0);
	}
}

static void begin_truth(void)
{
	told_to_s = T0;
	asked = 0;
}

/* Finish until all is well, or it never will be. */
static void finish_all(void)
{
	int rc = -1;

	for (int i = 0; i < PATIENCE && rc < 0; i++) {
		tell_step();
		rc = rrdcached_finish(client, NULL, NULL);
		if (rc == -EAGAIN)
			rrdcached_pause(25000, INT64_MAX);
	}
	ck_assert_int_eq(rc, 0);
}

/*
 * A file as rrdtool prints it, without what it left over of the consolidation
 * before: that depends on how a gap was told, and nothing reads it again.
 */
static struct text dump(const char *state_dir, const struct series *series)
{
	char path[PATH_MAX];
	char command[PATH_MAX + 64];
	char line[4096];
	struct text text;
	FILE *pipe;

	text_init(&text);
	ck_assert_int_eq(series_path(path, sizeof(path), state_dir, series), 0);
	(void)snprintf(command, sizeof(command), "rrdtool dump '%s'", path);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	while (fgets(line, sizeof(line), pipe)) {
		if (!strstr(line, "<primary_value>") &&
		    !strstr(line, "<secondary_value>"))
			text_add(&text, line);
	}
	ck_assert_int_eq(pclose(pipe), 0);
	ck_assert(text_ok(&text));
	return text;
}

/* Write the truth of a series directly, all at once. @return how many rows */
static size_t write_truth(const char *state_dir, size_t number)
{
	struct series_row *rows = calloc(STEPS_MAX, sizeof(*rows));
	struct series series = series_number(number);
	size_t count = 0;

	ck_assert_ptr_nonnull(rows);
	for (int64_t at_s = T0; at_s + step_of(number) <= told_to_s;
	     at_s += step_of(number)) {
		ck_assert_uint_lt(count, STEPS_MAX);
		if (true_row(number, at_s, &rows[count]))
			count++;
	}
	ck_assert_int_eq(rrd_write_rows(state_dir, &series, rows, count, NULL),
			 0);
	free(rows);
	return count;
}

/* Whether two files have the same rows in each archive. */
static bool have_same_rows(const char *one, const char *other,
			   const struct series *series)
{
	const struct series_layout *layout = series_layout(series->kind);
	bool same = true;

	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];
		const struct series_range range = { a->consolidation,
						    T0 - a->row_s, told_to_s,
						    a->row_s };
		struct series_data x;
		struct series_data y;

		ck_assert_int_eq(series_read(&x, one, series, &range), 0);
		ck_assert_int_eq(series_read(&y, other, series, &range), 0);
		ck_assert_uint_eq(x.rows, y.rows);
		same = same && memcmp(x.values, y.values,
				      x.rows * x.columns * sizeof(double)) == 0;
		series_data_fini(&x);
		series_data_fini(&y);
	}
	return same;
}

/* Whether they are the same down to what is not consolidated yet. */
static bool are_same(const char *one, const char *other,
		     const struct series *series)
{
	struct text x = dump(one, series);
	struct text y = dump(other, series);
	bool same = strcmp(text_str(&x), text_str(&y)) == 0;

	text_fini(&x);
	text_fini(&y);
	return same;
}

typedef bool compare_fn(const char *one, const char *other,
			const struct series *series);

/* Have the server write its files; count those unlike what the truth makes. */
static size_t count_unlike(compare_fn *compare)
{
	char direct[PATH_MAX];
	size_t unlike = 0;

	(void)snprintf(direct, sizeof(direct), "%s/direct", dir);
	for (size_t n = 0; n < SERIES_MAX; n++) {
		struct series series = series_number(n);
		int64_t got_s;
		int64_t wanted_s;

		if (!is_told_of(n) || write_truth(direct, n) == 0)
			continue;
		ck_assert_int_eq(rrdcached_flush(client, &series), 0);
		ck_assert_int_eq(rrd_last_end(dir, &series, &got_s), 0);
		ck_assert_int_eq(rrd_last_end(direct, &series, &wanted_s), 0);
		ck_assert_msg(got_s == wanted_s, "series %zu: %lld, not %lld",
			      n, (long long)(got_s - T0),
			      (long long)(wanted_s - T0));
		unlike += !compare(dir, direct, &series);
	}
	return unlike;
}

static void assert_all_stored(void)
{
	ck_assert_uint_eq(count_unlike(have_same_rows), 0);
}

static void assert_books(void)
{
	struct rrdcached_counters n = rrdcached_counters(client);

	ck_assert_uint_eq(n.rows_given,
			  n.rows_accepted + n.rows_skipped + n.rows_unsent);
	ck_assert_uint_le(n.timeouts + n.answers_malformed, n.connections_lost);
}

START_TEST(what_is_written_is_what_rrd_write_rows_writes)
{
	begin_truth();
	start(_i);
	for (int i = 0; i < 400; i++) {
		tell_step();
		if (i % 7 != 3)
			continue; /* several rows at a time */
		ck_assert_int_eq(rrdcached_finish(client, NULL, NULL), 0);
	}
	finish_all();
	ck_assert_uint_eq(count_unlike(are_same), 0);
	assert_books();
	ck_assert_uint_eq(rrdcached_counters(client).rows_unsent, 0);
	ck_assert_uint_eq(rrdcached_counters(client).rows_skipped, 0);
	ck_assert_uint_eq(rrdcached_counters(client).steps_lost, 0);
	ck_assert_uint_eq(rrdcached_counters(client).updates_refused, 0);
	ck_assert_uint_gt(rrdcached_counters(client).series_checked, 0);
}
END_TEST

struct tally {
	size_t accepted;
	size_t skipped;
	size_t unsent;
	int error;
};

static void add_up(void *context, const struct rrdcached_result *result)
{
	struct tally *tally = context;

	tally->accepted += result->accepted;
	tally->skipped += result->skipped;
	tally->unsent += result->unsent;
	if (result->error)
		tally->error = result->error;
}

START_TEST(rows_that_the_file_covers_are_skipped_and_counted)
{
	struct series series = series_number(SERIES_MEMBER);
	struct series_row rows[4] = { { .start_s = T0 },
				      { .start_s = T0 + 60 },
				      { .start_s = T0 + 120 },
				      { .start_s = T0 + 300 } };
	struct tally tally = { 0 };
	int64_t end_s;

	begin_truth();
	start(false);
	rrdcached_set_source(client, NULL, NULL);
	ck_assert_int_eq(rrdcached_last_end(client, &series, &end_s),
			 ERR_NOT_FOUND);
	ck_assert_int_eq(rrdcached_write_rows(client, &series, rows, 2), 0);
	ck_assert_int_eq(rrdcached_finish(client, add_up, &tally), 0);
	ck_assert_uint_eq(tally.accepted, 2);
	ck_assert_int_eq(rrdcached_write_rows(client, &series, rows, 4), 0);
	ck_assert_int_eq(rrdcached_finish(client, add_up, &tally), 0);
	ck_assert_uint_eq(tally.accepted, 4);
	ck_assert_uint_eq(tally.skipped, 2);
	ck_assert_uint_eq(tally.unsent, 0);
	ck_assert_int_eq(rrdcached_last_end(client, &series, &end_s), 0);
	ck_assert_int_eq(end_s, T0 + 360);
	assert_books();
}
END_TEST

/* A process that kills the server in the middle of something. */
static void kill_soon(uint64_t *seed)
{
	int64_t after_us = stored_random(seed) % 60000;
	pid_t killer = fork();

	ck_assert_int_ge(killer, 0);
	if (killer == 0) {
		rrdcached_pause(after_us, INT64_MAX);
		(void)kill(server.pid, SIGKILL);
		_exit(0);
	}
	do
		tell_step();
	while (rrdcached_finish(client, NULL, NULL) == 0);
	ck_assert_int_eq(waitpid(killer, NULL, 0), killer);
	ck_assert_int_eq(waitpid(server.pid, NULL, 0), server.pid);
	server.pid = 0;
}

/*
 * How the server runs. One that writes while it is killed can leave the file
 * torn that it writes: its librrd changes a file where it is mapped. That is
 * not ours to mend from here, and is one file for each kill.
 */
static const struct {
	bool over_tcp;
	bool with_journal;
	const char *write_s;
	bool may_tear;
} ways[] = {
	{ false, false, "3600", false }, { false, false, "1", true },
	{ false, true, "3600", false },	 { false, true, "1", true },
	{ true, false, "3600", false },
};

START_TEST(a_server_that_is_killed_again_and_again_loses_nothing)
{
	int kills = is_long() ? KILLS_LONG : KILLS;
	uint64_t seed = (uint64_t)_i + 1;

	begin_truth();
	rrdcached_server_init(&server, dir, ways[_i].over_tcp);
	server.with_journal = ways[_i].with_journal;
	server.write_s = ways[_i].write_s;
	rrdcached_server_start(&server);
	open_client(&limits);
	for (int i = 0; i < kills && told_to_s < T0 + 2500 * 60; i++) {
		kill_soon(&seed);
		rrdcached_server_start(&server);
		finish_all();
	}
	finish_all();
	ck_assert_uint_le(count_unlike(are_same),
			  ways[_i].may_tear ? (unsigned)kills : 0);
	assert_books();
	ck_assert_uint_ge(rrdcached_counters(client).connections_lost,
			  (unsigned)kills);
	ck_assert_uint_gt(rrdcached_counters(client).rows_made_up, 0);
}
END_TEST

static int ignore(void *context, size_t number,
		  const struct rrdcached_answer *answer)
{
	(void)number;
	*(bool *)context = answer->refused;
	return 0;
}

/* Updates that the server accepts, and cannot write: the file is locked. */
static void lose_what_is_held(enum series_kind kind)
{
	struct series series = series_number(kind);
	struct flock lock = { .l_type = F_WRLCK };
	int64_t until_us = rrdcached_now_us() + 20000000;
	bool refused;
	const struct rrdcached_wanted wanted = { 1, ignore, &refused };
	struct rrdcached_link link;
	struct text command;
	char path[PATH_MAX];
	int fd;

	ck_assert_int_eq(series_path(path, sizeof(path), dir, &series), 0);
	fd = open(path, O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_SETLK, &lock), 0);
	text_init(&command);
	text_addf(&command, "FLUSH %s\n", path);
	rrdcached_link_init(&link);
	ck_assert_int_eq(rrdcached_link_open(&link, &server.target, until_us),
			 0);
	ck_assert_int_eq(
	    rrdcached_link_exchange(&link, &command, &wanted, until_us), 0);
	ck_assert(!refused); /* it says that all is well */
	rrdcached_link_fini(&link);
	text_fini(&command);
	(void)close(fd);
}

START_TEST(what_it_accepts_and_cannot_write_is_sent_again)
{
	begin_truth();
	start(false);
	for (int i = 0; i < 10; i++)
		finish_all();
	ck_assert_uint_eq(rrdcached_counters(client).steps_lost, 0);
	lose_what_is_held(SERIES_MEMBER);
	finish_all();
	ck_assert_uint_gt(rrdcached_counters(client).steps_lost, 0);
	ck_assert_uint_gt(rrdcached_counters(client).rows_made_up, 0);
	assert_all_stored();
	assert_books();
}
END_TEST

START_TEST(a_loss_is_found_in_a_series_that_gets_no_rows)
{
	begin_truth();
	start(false);
	for (int i = 0; i < 10; i++)
		finish_all();
	lose_what_is_held(SERIES_PORT);
	ck_assert_int_eq(rrdcached_finish(client, NULL, NULL), 0);
	assert_all_stored();
}
END_TEST

START_TEST(a_file_that_was_removed_is_made_again_from_the_journal)
{
	struct series series = series_number(SERIES_VLAN);
	char path[PATH_MAX];

	begin_truth();
	start(false);
	for (int i = 0; i < 5; i++)
		finish_all();
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &series), 0);
	ck_assert_int_eq(unlink(path), 0);
	finish_all();
	assert_all_stored();
	/* The server had forgotten the file that is gone. */
	ck_assert_uint_eq(rrdcached_counters(client).updates_refused, 0);
	ck_assert_uint_gt(rrdcached_counters(client).files_created, 0);
}
END_TEST

START_TEST(a_file_of_another_layout_is_refused)
{
	struct series other = series_number(SERIES_AGENT);
	struct series series = series_number(SERIES_MEMBER);
	struct series_row row = { .start_s = T0 };
	struct tally tally = { 0 };
	char path[PATH_MAX];
	char folder[PATH_MAX];
	struct text file;

	begin_truth();
	start(false);
	ck_assert_int_eq(rrd_write_rows(dir, &other, &row, 1, NULL), 0);
	text_init(&file);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &other), 0);
	ck_assert_int_eq(file_read(path, 16 << 20, &file), 0);
	(void)snprintf(folder, sizeof(folder), "%s/rrd/member", dir);
	ck_assert_int_eq(file_make_directories(folder), 0);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &series), 0);
	ck_assert_int_eq(file_replace(path, file.data, file.len / 2), 0);
	text_fini(&file);
	row.start_s = T0 + 60;
	ck_assert_int_eq(rrdcached_write_rows(client, &series, &row, 1), 0);
	ck_assert_int_eq(rrdcached_finish(client, add_up, &tally), ERR_STORE);
	ck_assert_int_eq(tally.error, ERR_STORE);
	ck_assert_uint_eq(tally.unsent, 1);
	ck_assert_uint_gt(rrdcached_counters(client).series_refused, 0);
}
END_TEST

/*
 * What a journal can hold after a kill: "wrote" behind an update that came
 * while the one before it was written.
 */
START_TEST(updates_that_only_its_journal_counts_are_sent_again)
{
	struct series series = series_number(SERIES_AGENT);
	char line[3 * PATH_MAX];
	char path[PATH_MAX];
	int64_t end_s;

	begin_truth();
	rrdcached_server_init(&server, dir, false);
	rrdcached_server_start(&server);
	open_client(&limits);
	while (told_to_s < T0 + 600)
		finish_all();
	ck_assert_int_eq(rrdcached_last_end(client, &series, &end_s), 0);
	rrdcached_server_end(&server, SIGTERM);
	(void)snprintf(line, sizeof(line),
		       "update agent/sw1.rrd %lld:1:2:3:4\n"
		       "update agent/sw1.rrd %lld:1:2:3:4\n"
		       "wrote %s/rrd/agent/sw1.rrd\n",
		       (long long)end_s + 60, (long long)end_s + 120, dir);
	(void)snprintf(path, sizeof(path),
		       "%s/journal/rrd.journal.1700000000.000001", dir);
	ck_assert_int_eq(file_replace(path, line, strlen(line)), 0);
	server.with_journal = true;
	rrdcached_server_start(&server);
	finish_all();
	assert_all_stored();
}
END_TEST

START_TEST(a_server_that_stands_still_is_given_up_in_time)
{
	struct rrdcached_limits hasty = limits;
	int rc = 0;

	hasty.answer_ms = 200;
	begin_truth();
	rrdcached_server_init(&server, dir, _i);
	rrdcached_server_start(&server);
	open_client(&hasty);
	finish_all();
	ck_assert_int_eq(kill(server.pid, SIGSTOP), 0);
	for (int i = 0; i < 3; i++) {
		tell_step();
		rc = rrdcached_finish(client, NULL, NULL);
		ck_assert_int_lt(rc, 0);
		rrdcached_pause(25000, INT64_MAX);
	}
	ck_assert_uint_ge(rrdcached_counters(client).timeouts, 1);
	ck_assert_uint_gt(rrdcached_counters(client).rows_unsent, 0);
	ck_assert_int_eq(kill(server.pid, SIGCONT), 0);
	rrdcached_close(client);
	open_client(&limits); /* a busy machine may need longer */
	expect_all();
	finish_all();
	assert_all_stored();
}
END_TEST

static void limit_files(rlim_t bytes)
{
	const struct rlimit limit = { bytes, RLIM_INFINITY };

	ck_assert_int_eq(prlimit(server.pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

START_TEST(a_full_disk_is_told_and_gotten_over)
{
	struct tally tally = { 0 };

	begin_truth();
	start(false);
	limit_files(100000);
	for (int i = 0; i < 3; i++) {
		tell_step();
		ck_assert_int_eq(rrdcached_finish(client, add_up, &tally),
				 ERR_STORE);
	}
	ck_assert_int_eq(tally.error, ERR_STORE);
	ck_assert_uint_eq(tally.accepted, 0);
	limit_files(RLIM_INFINITY);
	finish_all();
	assert_all_stored();
	assert_books();
}
END_TEST

START_TEST(a_server_that_was_started_anew_is_found_at_once)
{
	begin_truth();
	start(_i);
	finish_all();
	rrdcached_server_end(&server, SIGTERM);
	rrdcached_server_start(&server);
	tell_step();
	ck_assert_int_eq(rrdcached_finish(client, NULL, NULL), 0);
	assert_all_stored();
	ck_assert_uint_eq(rrdcached_counters(client).connections, 2);
}
END_TEST

START_TEST(without_a_server_rows_are_counted_as_unsent)
{
	struct rrdcached_limits patient = limits;
	struct tally tally = { 0 };

	patient.retry_first_ms = 60000;
	patient.retry_most_ms = 60000;
	begin_truth();
	rrdcached_server_init(&server, dir, _i);
	open_client(&patient);
	tell_step();
	ck_assert_int_eq(rrdcached_finish(client, add_up, &tally),
			 _i ? -ECONNREFUSED : -ENOENT);
	tell_step();
	ck_assert_int_eq(rrdcached_finish(client, add_up, &tally), -EAGAIN);
	ck_assert_uint_gt(tally.unsent, 0);
	ck_assert_uint_eq(tally.unsent, rrdcached_counters(client).rows_given);
	ck_assert_uint_eq(rrdcached_counters(client).connections_failed, 1);
	assert_books();
}
END_TEST

START_TEST(a_new_client_makes_up_for_what_an_old_one_did_not_send)
{
	begin_truth();
	start(false);
	finish_all();
	for (int i = 0; i < 50; i++)
		tell_step(); /* more than the client holds of older rows */
	rrdcached_close(client);
	open_client(&limits);
	expect_all();
	finish_all();
	assert_all_stored();
	ck_assert_uint_gt(asked, 1);
}
END_TEST

START_TEST(files_are_below_the_base)
{
	static char base[] = "ix1/rrd";
	struct series series = series_number(SERIES_PAIR);
	struct series_row row = { .start_s = T0 };
	char state_dir[PATH_MAX];
	int64_t end_s;

	begin_truth();
	rrdcached_server_init(&server, dir, false);
	server.target.base = base;
	rrdcached_server_start(&server);
	open_client(NULL);
	ck_assert_int_eq(rrdcached_write_rows(client, &series, &row, 1), 0);
	ck_assert_int_eq(rrdcached_finish(client, NULL, NULL), 0);
	ck_assert_int_eq(rrdcached_flush(client, &series), 0);
	(void)snprintf(state_dir, sizeof(state_dir), "%s/rrd/ix1", dir);
	ck_assert_int_eq(rrd_last_end(state_dir, &series, &end_s), 0);
	ck_assert_int_eq(end_s, T0 + 300);
}
END_TEST

START_TEST(without_a_source_a_gap_is_a_gap)
{
	struct series series = series_number(SERIES_MEMBER);
	struct series_row rows[] = { { .start_s = T0 },
				     { .start_s = T0 + 600 } };
	struct series_data data;

	begin_truth();
	start(false);
	rrdcached_set_source(client, NULL, NULL);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ck_assert_int_eq(
		    rrdcached_write_rows(client, &series, &rows[i], 1), 0);
		ck_assert_int_eq(rrdcached_finish(client, NULL, NULL), 0);
		rrdcached_close(client);
		open_client(&limits);
		rrdcached_set_source(client, NULL, NULL);
	}
	ck_assert_int_eq(rrdcached_flush(client, &series), 0);
	data = stored_read(dir, &series, T0, T0 + 660, 60);
	for (size_t i = 0; i < data.rows; i++)
		ck_assert_int_eq(isnan(series_at(&data, i, 0)),
				 i != 0 && i != 10);
	series_data_fini(&data);
}
END_TEST

/* Times that it does not take, or that its LAST cuts to 32 bits. */
static const int64_t odd_starts[] = { 0,	  -60,	     315359940,
				      UINT32_MAX, INT64_MAX, 4294967280 };

START_TEST(a_time_that_it_does_not_take_is_refused)
{
	struct series series = series_number(SERIES_MEMBER);
	struct series_row rows[] = { { .start_s = T0 },
				     { .start_s = odd_starts[_i] } };

	begin_truth();
	start(false);
	ck_assert_int_eq(rrdcached_write_rows(client, &series, rows, 2),
			 ERR_RANGE);
	ck_assert_uint_eq(rrdcached_counters(client).rows_given, 0);
	ck_assert_int_eq(rrdcached_finish(client, NULL, NULL), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_is_written_is_what_rrd_write_rows_writes, 2 },
		{ rows_that_the_file_covers_are_skipped_and_counted, 0 },
		{ a_server_that_is_killed_again_and_again_loses_nothing,
		  COUNT_OF(ways) },
		{ what_it_accepts_and_cannot_write_is_sent_again, 0 },
		{ a_loss_is_found_in_a_series_that_gets_no_rows, 0 },
		{ a_file_that_was_removed_is_made_again_from_the_journal, 0 },
		{ a_file_of_another_layout_is_refused, 0 },
		{ updates_that_only_its_journal_counts_are_sent_again, 0 },
		{ a_server_that_stands_still_is_given_up_in_time, 2 },
		{ a_full_disk_is_told_and_gotten_over, 0 },
		{ a_server_that_was_started_anew_is_found_at_once, 2 },
		{ without_a_server_rows_are_counted_as_unsent, 2 },
		{ a_new_client_makes_up_for_what_an_old_one_did_not_send, 0 },
		{ files_are_below_the_base, 0 },
		{ without_a_source_a_gap_is_a_gap, 0 },
		{ a_time_that_it_does_not_take_is_refused,
		  COUNT_OF(odd_starts) },
	};

	if (!rrdcached_server_is_there()) {
		(void)printf("skipped: no rrdcached here\n");
		return 77;
	}
	return unit_run_with("rrdcached", setup, teardown, tests,
			     COUNT_OF(tests));
}
