/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/clock.h"
#include "collector/writer.h"
#include "support/registry_builder.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "util/file.h"

enum { PATH_SIZE = 4096, MORE_THAN_FITS = WRITER_QUEUE_MAX + 6 };

static char *dir;
static struct exchange e;
static struct intake in;
static struct writer *writer;
static int64_t now;
static char slow_path[PATH_SIZE]; /* its temporary file is a FIFO */
static char slow_fifo[PATH_SIZE + 4];

static void start(bool waits)
{
	struct flush *flush;

	ck_assert_int_eq(flush_new(&flush, e.registry, FLUSH_LIVE), 0);
	ck_assert_int_eq(writer_start(&writer, flush, waits), 0);
}

static void setup(void)
{
	char *text;

	dir = tempdir_new();
	text = exchange_config_text("any", dir);
	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	now = STORED_START / STEP_S;
	(void)snprintf(slow_path, sizeof(slow_path), "%s/slow", dir);
	(void)snprintf(slow_fifo, sizeof(slow_fifo), "%s.new", slow_path);
	ck_assert_int_eq(mkfifo(slow_fifo, 0600), 0);
}

static void teardown(void)
{
	(void)writer_stop(writer);
	writer = NULL;
	intake_fini(&in);
	exchange_free(&e);
	tempdir_remove(dir);
}

static void hand_over_step(void)
{
	struct step_span span = { .step = now++, .covered_us = STEP_US };
	struct closed_step *step;

	in.agents.switches[0].step_datagrams = 1;
	ck_assert_int_eq(closed_step_take(&step, &in, span, false), 0);
	writer_step(writer, step);
}

static void hand_over_file(const char *path, const char *content)
{
	struct text text;

	text_init(&text);
	text_add(&text, content);
	writer_file(writer, path, &text);
	ck_assert_uint_eq(text.len, 0);
}

/* The writer opens a FIFO that nobody reads: a disk that does not answer. */
static void stall(void)
{
	hand_over_file(slow_path, "slow");
	(void)usleep(100000);
}

static void *recover(void *unused)
{
	char byte;
	int fd;

	(void)usleep(200000);
	fd = open(slow_fifo, O_RDONLY);
	while (read(fd, &byte, 1) == 1)
		continue;
	(void)close(fd);
	return unused;
}

static pthread_t recover_later(void)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, recover, NULL), 0);
	return thread;
}

static void expect_file(const char *path, const char *content)
{
	struct text text;

	text_init(&text);
	ck_assert_int_eq(file_read(path, 1000, &text), 0);
	ck_assert_str_eq(text_str(&text), content);
	text_fini(&text);
}

START_TEST(stopping_writes_all_that_is_queued)
{
	struct writer_counters c;
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/file", dir);
	start(false);
	for (int i = 0; i < 10; i++)
		hand_over_step();
	hand_over_file(path, "first");
	hand_over_file(path, "second");
	c = writer_stop(writer);
	writer = NULL;
	ck_assert_uint_eq(c.flush.steps, 10);
	ck_assert_uint_eq(c.flush.view.rows_failed, 0);
	ck_assert_uint_eq(c.steps_lost, 0);
	ck_assert_uint_eq(c.files_failed, 0);
	expect_file(path, "second");
}
END_TEST

START_TEST(a_full_queue_loses_steps_and_counts_them)
{
	struct writer_counters c;
	pthread_t thread;

	start(false);
	stall();
	for (int i = 0; i < MORE_THAN_FITS; i++)
		hand_over_step();
	ck_assert_uint_eq(writer_counters(writer).steps_lost, 6);
	thread = recover_later();
	c = writer_stop(writer);
	writer = NULL;
	(void)pthread_join(thread, NULL);
	ck_assert_uint_eq(c.flush.steps, WRITER_QUEUE_MAX);
	ck_assert_uint_eq(c.steps_lost, 6);
}
END_TEST

START_TEST(a_full_queue_makes_a_replay_wait)
{
	struct writer_counters c;
	pthread_t thread;

	start(true);
	stall();
	thread = recover_later();
	for (int i = 0; i < MORE_THAN_FITS; i++)
		hand_over_step();
	c = writer_stop(writer);
	writer = NULL;
	(void)pthread_join(thread, NULL);
	ck_assert_uint_eq(c.flush.steps, MORE_THAN_FITS);
	ck_assert_uint_eq(c.steps_lost, 0);
}
END_TEST

START_TEST(only_the_newest_content_of_a_file_waits)
{
	struct writer_counters c;
	char paths[3][PATH_SIZE];
	pthread_t thread;

	start(false);
	stall();
	for (int i = 0; i < 3; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "%s/%d", dir, i);
		for (int k = 0; k < 100; k++)
			hand_over_file(paths[i], k < 99 ? "old" : "new");
	}
	thread = recover_later();
	c = writer_stop(writer);
	writer = NULL;
	(void)pthread_join(thread, NULL);
	for (int i = 0; i < 3; i++)
		expect_file(paths[i], "new");
	ck_assert_uint_eq(c.files_failed, 1); /* the FIFO */
}
END_TEST

START_TEST(a_file_that_cannot_be_replaced_is_counted)
{
	struct writer_counters c;
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/file", dir);
	ck_assert_int_eq(file_replace(path, "x", 1), 0);
	(void)snprintf(path, sizeof(path), "%s/file/below", dir);
	start(false);
	hand_over_file(path, "x");
	c = writer_stop(writer);
	writer = NULL;
	ck_assert_uint_eq(c.files_failed, 1);
}
END_TEST

/* A path need not outlive the call, and another year has another folder. */
START_TEST(a_file_gets_its_folder)
{
	struct writer_counters c;
	char path[PATH_SIZE];

	start(false);
	for (int i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s/days/%d/%d", dir, i / 2,
			       i);
		hand_over_file(path, "x");
	}
	c = writer_stop(writer);
	writer = NULL;
	ck_assert_uint_eq(c.files_failed, 0);
	for (int i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s/days/%d/%d", dir, i / 2,
			       i);
		expect_file(path, "x");
	}
}
END_TEST

START_TEST(stopping_no_writer_is_fine)
{
	ck_assert_uint_eq(writer_stop(NULL).flush.steps, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ stopping_writes_all_that_is_queued, 0 },
		{ a_full_queue_loses_steps_and_counts_them, 0 },
		{ a_full_queue_makes_a_replay_wait, 0 },
		{ only_the_newest_content_of_a_file_waits, 0 },
		{ a_file_that_cannot_be_replaced_is_counted, 0 },
		{ a_file_gets_its_folder, 0 },
		{ stopping_no_writer_is_fine, 0 },
	};

	return unit_run_with("writer", setup, teardown, tests, COUNT_OF(tests));
}
