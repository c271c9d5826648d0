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
#include "support/told_truth.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

#define T0 STORED_START

enum {
	KILLS = 5,
	KILLS_LONG = 20,
	PATIENCE = 40, /* finishes until all is well again */
	SILENT = 2,
};

static char *dir;
static struct rrdcached_server server;
static struct rrdcached *client;
static struct told_truth truth;

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
	truth = (struct told_truth){ .dir = dir, .to_s = T0 };
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

static void open_client(const struct rrdcached_limits *l)
{
	ck_assert_int_eq(rrdcached_open(&client, &server.target, l), 0);
	rrdcached_set_source(client, told_source, &truth);
}

static void start(bool over_tcp)
{
	rrdcached_server_init(&server, dir, over_tcp);
	rrdcached_server_start(&server);
	open_client(&limits);
}

/* Finish until all is well, or it never will be. */
static void finish_all(void)
{
	int rc = -1;

	for (int i = 0; i < PATIENCE && rc < 0; i++) {
		told_step(&truth, client);
		rc = rrdcached_finish(client, NULL, NULL);
		if (rc == -EAGAIN)
			rrdcached_pause(25000, INT64_MAX);
	}
	ck_assert_int_eq(rc, 0);
}

static void assert_all_stored(void)
{
	ck_assert_uint_eq(told_count_unlike(&truth, client, false), 0);
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
	start(_i);
	for (int i = 0; i < 400; i++) {
		told_step(&truth, client);
		if (i % 7 != 3)
			continue; /* several rows at a time */
		ck_assert_int_eq(rrdcached_finish(client, NULL, NULL), 0);
	}
	finish_all();
	ck_assert_uint_eq(told_count_unlike(&truth, client, true), 0);
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
	struct series series = told_series(SERIES_MEMBER);
	struct series_row rows[4] = { { .start_s = T0 },
				      { .start_s = T0 + 60 },
				      { .start_s = T0 + 120 },
				      { .start_s = T0 + 300 } };
	struct tally tally = { 0 };
	int64_t end_s;

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
		told_step(&truth, client);
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

	rrdcached_server_init(&server, dir, ways[_i].over_tcp);
	server.with_journal = ways[_i].with_journal;
	server.write_s = ways[_i].write_s;
	rrdcached_server_start(&server);
	open_client(&limits);
	for (int i = 0; i < kills && truth.to_s < T0 + 2500 * 60; i++) {
		kill_soon(&seed);
		rrdcached_server_start(&server);
		finish_all();
	}
	finish_all();
	ck_assert_uint_le(told_count_unlike(&truth, client, true),
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
	struct series series = told_series(kind);
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
	struct series series = told_series(SERIES_VLAN);
	char path[PATH_MAX];

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
	struct series other = told_series(SERIES_AGENT);
	struct series series = told_series(SERIES_MEMBER);
	struct series_row row = { .start_s = T0 };
	struct tally tally = { 0 };
	char path[PATH_MAX];
	char folder[PATH_MAX];
	struct text file;

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
	struct series series = told_series(SERIES_AGENT);
	char line[3 * PATH_MAX];
	char path[PATH_MAX];
	int64_t end_s;

	rrdcached_server_init(&server, dir, false);
	rrdcached_server_start(&server);
	open_client(&limits);
	while (truth.to_s < T0 + 600)
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
	rrdcached_server_init(&server, dir, _i);
	rrdcached_server_start(&server);
	open_client(&hasty);
	finish_all();
	ck_assert_int_eq(kill(server.pid, SIGSTOP), 0);
	for (int i = 0; i < 3; i++) {
		told_step(&truth, client);
		rc = rrdcached_finish(client, NULL, NULL);
		ck_assert_int_lt(rc, 0);
		rrdcached_pause(25000, INT64_MAX);
	}
	ck_assert_uint_ge(rrdcached_counters(client).timeouts, 1);
	ck_assert_uint_gt(rrdcached_counters(client).rows_unsent, 0);
	ck_assert_int_eq(kill(server.pid, SIGCONT), 0);
	rrdcached_close(client);
	open_client(&limits); /* a busy machine may need longer */
	told_expect_all(&truth, client);
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

	start(false);
	limit_files(100000);
	for (int i = 0; i < 3; i++) {
		told_step(&truth, client);
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
	start(_i);
	finish_all();
	rrdcached_server_end(&server, SIGTERM);
	rrdcached_server_start(&server);
	told_step(&truth, client);
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
	rrdcached_server_init(&server, dir, _i);
	open_client(&patient);
	told_step(&truth, client);
	ck_assert_int_eq(rrdcached_finish(client, add_up, &tally),
			 _i ? -ECONNREFUSED : -ENOENT);
	told_step(&truth, client);
	ck_assert_int_eq(rrdcached_finish(client, add_up, &tally), -EAGAIN);
	ck_assert_uint_gt(tally.unsent, 0);
	ck_assert_uint_eq(tally.unsent, rrdcached_counters(client).rows_given);
	ck_assert_uint_eq(rrdcached_counters(client).connections_failed, 1);
	assert_books();
}
END_TEST

START_TEST(a_new_client_makes_up_for_what_an_old_one_did_not_send)
{
	start(false);
	finish_all();
	for (int i = 0; i < 50; i++)
		told_step(
		    &truth,
		    client); /* more than the client holds of older rows */
	rrdcached_close(client);
	open_client(&limits);
	told_expect_all(&truth, client);
	finish_all();
	assert_all_stored();
	ck_assert_uint_gt(truth.asked, 1);
}
END_TEST

START_TEST(files_are_below_the_base)
{
	static char base[] = "ix1/rrd";
	struct series series = told_series(SERIES_PAIR);
	struct series_row row = { .start_s = T0 };
	char state_dir[PATH_MAX];
	int64_t end_s;

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
	struct series series = told_series(SERIES_MEMBER);
	struct series_row rows[] = { { .start_s = T0 },
				     { .start_s = T0 + 600 } };
	struct series_data data;

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
	struct series series = told_series(SERIES_MEMBER);
	struct series_row rows[] = { { .start_s = T0 },
				     { .start_s = odd_starts[_i] } };

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
