/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The client against servers that are no rrdcached, or a bad one. Against the
 * real one: tests/integration/rrdcached.c.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "store/rrdcached.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

#define T0 STORED_START

enum { SILENT = 2, LINE_SIZE = 8192 };

/*
 * What it says: at once, or to each command; NULL: nothing. A command that is
 * not listed gets "0 ok".
 */
struct script {
	const char *name;
	const char *greeting;
	size_t greeting_len; /* 0: up to its NUL */
	const char *pending;
	const char *first;
	const char *last;
	const char *batch;
	const char *dot;
	int change; /* after so many answers to LAST these are: */
	const char *later_first;
	const char *later_last;
	bool hangs_up;	 /* when a batch begins */
	bool leaves;	 /* after the greeting */
	bool never_ends; /* goes on with the greeting */
	int error;	 /* of the finish; 1: any but 0 */
};

static char *dir;
static char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
static struct rrdcached *client;
static const struct script *script;
static int listening = -1;
static pthread_t server;
static int told;	  /* answers to LAST */
static struct text heard; /* by the server: once it has ended */

static const struct rrdcached_limits limits = {
	.answer_ms = 300,
	.finish_ms = 2000,
	.settle_ms = 50,
	.retry_first_ms = 1,
	.retry_most_ms = 2,
	.batch_bytes = 4096,
	.refill_rows = 100,
};

static bool say(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

static bool starts_with(const char *line, const char *word)
{
	return strncmp(line, word, strlen(word)) == 0;
}

static bool has_changed(void)
{
	return script->change > 0 && told >= script->change;
}

static const char *answer_to(const char *line, bool *in_batch)
{
	if (*in_batch && strcmp(line, ".") != 0)
		return "";
	if (*in_batch) {
		*in_batch = false;
		return script->dot;
	}
	if (starts_with(line, "PENDING "))
		return script->pending;
	if (starts_with(line, "FIRST "))
		return has_changed() ? script->later_first : script->first;
	if (starts_with(line, "LAST ")) {
		const char *last =
		    has_changed() ? script->later_last : script->last;

		told++;
		return last;
	}
	*in_batch = strcmp(line, "BATCH") == 0;
	return *in_batch ? script->batch : "0 ok\n";
}

static void greet(int fd)
{
	size_t len = script->greeting_len;

	if (!script->greeting)
		return;
	if (len == 0)
		len = strlen(script->greeting);
	do {
		if (!say(fd, script->greeting, len))
			break;
	} while (script->never_ends);
}

static void converse(int fd)
{
	FILE *in = fdopen(fd, "r");
	char line[LINE_SIZE];
	bool in_batch = false;

	greet(fd);
	while (in && !script->leaves && fgets(line, sizeof(line), in)) {
		const char *answer;

		text_add(&heard, line);
		line[strcspn(line, "\n")] = '\0';
		if (script->hangs_up && strcmp(line, "BATCH") == 0)
			break;
		answer = answer_to(line, &in_batch);
		if (answer && !say(fd, answer, strlen(answer)))
			break;
	}
	if (in)
		(void)fclose(in);
}

static void *serve(void *unused)
{
	int fd;

	(void)unused;
	while ((fd = accept(listening, NULL, NULL)) >= 0)
		converse(fd);
	return NULL;
}

/* Another client, of the same server. */
static void reopen(const struct rrdcached_limits *l)
{
	const struct config_rrdcached target = { .used = true, .socket = path };

	rrdcached_close(client);
	ck_assert_int_eq(rrdcached_open(&client, &target, l), 0);
}

static void start(const struct script *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	script = s;
	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	listening = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_ge(listening, 0);
	ck_assert_int_eq(bind(listening, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(listening, 5), 0);
	ck_assert_int_eq(pthread_create(&server, NULL, serve, NULL), 0);
	reopen(&limits);
}

/* End the client and the server, so that what it heard can be looked at. */
static void stop(void)
{
	rrdcached_close(client);
	client = NULL;
	if (listening < 0)
		return;
	(void)shutdown(listening, SHUT_RDWR);
	(void)pthread_join(server, NULL);
	(void)close(listening);
	listening = -1;
}

static void setup(void)
{
	log_set_level((enum log_level)SILENT);
	text_init(&heard);
	told = 0;
	dir = tempdir_new();
	(void)snprintf(path, sizeof(path), "%s/socket", dir);
}

static void teardown(void)
{
	stop();
	text_fini(&heard);
	tempdir_remove(dir);
}

static int write_one(int64_t start_s)
{
	struct series series = stored_series(SERIES_AGENT);
	struct series_row row = { .start_s = start_s,
				  .values = { 1, 2, 3, 4 } };

	ck_assert_int_eq(rrdcached_write_rows(client, &series, &row, 1), 0);
	return rrdcached_finish(client, NULL, NULL);
}

#define MISSING "-1 RRD Error: opening 'a': No such file or directory\n"
#define NEW	.pending = "0 updates pending\n", .first = MISSING, .last = MISSING

static const struct script strangers[] = {
	{ .name = "rubbish", .greeting = "hello\n", .error = ERR_MALFORMED },
	{ .name = "zeros",
	  .greeting = "\0\0\0\n",
	  .greeting_len = 4,
	  .error = ERR_MALFORMED },
	{ .name = "a number beyond all",
	  .greeting = "99999999999999999999999 lines\n",
	  .error = ERR_MALFORMED },
	{ .name = "half a line", .greeting = "0 o", .error = -ETIMEDOUT },
	{ .name = "half a line, and away",
	  .greeting = "0 o",
	  .leaves = true,
	  .error = 1 },
	{ .name = "nothing, and away", .leaves = true, .error = 1 },
	{ .name = "nothing", .error = -ETIMEDOUT },
	{ .name = "lines that never come",
	  .greeting = "100000 lines\n1\n2\n",
	  .error = -ETIMEDOUT },
	{ .name = "a line without end",
	  .greeting = "0 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	  .never_ends = true,
	  .error = ERR_MALFORMED },
	{ .name = "lines without end",
	  .greeting = "100000 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
	  .never_ends = true,
	  .error = 1 },
	{ .name = "answers before it is asked",
	  .greeting = "0 a\n0 b\n0 c\n0 d\n0 e\n",
	  .error = 1 },
	{ .name = "a time that is none",
	  .pending = "0 updates pending\n",
	  .first = "0 soon\n",
	  .last = "0 1700000000\n",
	  .error = ERR_STORE },
	{ .name = "a time after all times",
	  .pending = "0 updates pending\n",
	  .first = "0 18446744073709551615\n",
	  .last = "0 18446744073709551615\n",
	  .error = ERR_STORE },
	{ .name = "what is held makes no sense",
	  .pending = "2 updates pending\nN:1\n:::\n",
	  .first = "0 1700000000\n",
	  .last = "0 1700000000\n",
	  .error = ERR_STORE },
	{ .name = "permission denied",
	  .pending = "-1 Permission denied.\n",
	  .first = "-1 Permission denied.\n",
	  .last = "-1 Permission denied.\n",
	  .error = ERR_STORE },
	{ .name = "no batches",
	  NEW,
	  .batch = "-1 Permission denied.\n",
	  .dot = "0 errors\n",
	  .error = ERR_STORE },
	{ .name = "a refusal of no command",
	  NEW,
	  .batch = "0 Go ahead.\n",
	  .dot = "1 errors\n77 no\n",
	  .error = ERR_MALFORMED },
	{ .name = "a refusal of the command before the first",
	  NEW,
	  .batch = "0 Go ahead.\n",
	  .dot = "1 errors\n0 no\n",
	  .error = ERR_MALFORMED },
	{ .name = "a reason without a command",
	  NEW,
	  .batch = "0 Go ahead.\n",
	  .dot = "1 errors\nwhatever\n",
	  .error = 0 },
	{ .name = "all refused, over and over",
	  NEW,
	  .batch = "0 Go ahead.\n",
	  .dot = "2 errors\n1 no\n2 no\n",
	  .error = ERR_STORE },
	{ .name = "no end of the batch",
	  NEW,
	  .batch = "0 Go ahead.\n",
	  .error = -ETIMEDOUT },
};

START_TEST(who_is_no_rrdcached_is_given_up)
{
	struct rrdcached_counters n;
	int wanted = strangers[_i].error;
	int rc;

	start(&strangers[_i]);
	rc = write_one(T0);
	if (wanted == 1)
		ck_assert_int_lt(rc, 0);
	else
		ck_assert_msg(rc == wanted, "%s: %d", strangers[_i].name, rc);
	n = rrdcached_counters(client);
	ck_assert_int_eq(n.error, rc);
	ck_assert_uint_eq(n.rows_unsent, rc < 0);
	ck_assert_uint_eq(n.rows_given, n.rows_accepted + n.rows_unsent);
	ck_assert_uint_eq(n.answers_malformed, rc == ERR_MALFORMED);
	ck_assert_uint_eq(n.timeouts, rc == -ETIMEDOUT);
	/* And again, with what is left of the first time. */
	(void)write_one(T0 + 60);
}
END_TEST

START_TEST(what_fits_is_not_forgotten)
{
	/* 2880 rows of 60 s in the finest archive: its end is 172740 s after
	 * its first row. */
	static const struct script fitting[] = {
		{ .pending = "0 updates pending\n",
		  .first = "0 1699833600\n",
		  .last = "0 1700006340\n" },
		{ .pending = "2 updates pending\n1700006400:1:2:3:4\n"
			     "1700006460:U:U:U:U\n",
		  .first = "0 1699833600\n",
		  .last = "0 1700006460\n" },
		{ .pending = "2 updates pending\n1700006340:1:2:3:4\n"
			     "1700006400:1:2:3:4\n", /* half written */
		  .first = "0 1699833600\n",
		  .last = "0 1700006400\n" },
	};
	static const int64_t ends[] = { 1700006340, 1700006460, 1700006400 };
	struct series series = stored_series(SERIES_AGENT);
	int64_t end_s;

	start(&fitting[_i]);
	ck_assert_int_eq(rrdcached_last_end(client, &series, &end_s), 0);
	ck_assert_int_eq(end_s, ends[_i]);
	stop();
	ck_assert_ptr_null(strstr(text_str(&heard), "FORGET"));
}
END_TEST

static int no_rows(void *context, struct rrdcached *c,
		   const struct rrdcached_gap *gaps, size_t count)
{
	(void)context;
	(void)c;
	(void)gaps;
	(void)count;
	return 0;
}

static const struct script lossy[] = {
	{ .name = "LAST is beyond all that is held",
	  .pending = "0 updates pending\n",
	  .first = "0 1699833600\n",
	  .last = "0 1700006460\n" },
	{ .name = "a hole before what is held",
	  .pending = "1 updates pending\n1700006460:1:2:3:4\n",
	  .first = "0 1699833600\n",
	  .last = "0 1700006460\n" },
	{ .name = "a hole in what is held",
	  .pending = "2 updates pending\n1700006400:1:2:3:4\n"
		     "1700006520:1:2:3:4\n",
	  .first = "0 1699833600\n",
	  .last = "0 1700006520\n" },
	{ .name = "LAST is beyond the last that is held",
	  .pending = "1 updates pending\n1700006400:1:2:3:4\n",
	  .first = "0 1699833600\n",
	  .last = "0 1700006520\n" },
};

START_TEST(what_does_not_fit_is_forgotten_once_it_is_certain)
{
	start(&lossy[_i]);
	rrdcached_set_source(client, no_rows, NULL);
	ck_assert_int_eq(write_one(T0 + 600), ERR_STORE); /* it never fits */
	stop();
	ck_assert_ptr_nonnull(strstr(text_str(&heard), "FORGET agent/sw1.rrd"));
	ck_assert_ptr_null(strstr(text_str(&heard), "UPDATE"));
}
END_TEST

START_TEST(a_write_under_way_is_waited_for)
{
	static const struct script writing = { .pending = "0 updates pending\n",
					       .first = "0 1699833600\n",
					       .last = "0 1700006460\n",
					       .change = 2,
					       .later_first = "0 1699833720\n",
					       .later_last = "0 1700006460\n",
					       .batch = "0 Go ahead.\n",
					       .dot = "0 errors\n" };

	start(&writing);
	reopen(&rrdcached_default_limits);
	rrdcached_set_source(client, no_rows, NULL);
	ck_assert_int_eq(write_one(1700006460), 0);
	stop();
	ck_assert_ptr_null(strstr(text_str(&heard), "FORGET"));
	ck_assert_ptr_nonnull(strstr(text_str(&heard), "UPDATE"));
}
END_TEST

/* On a full disk it reports success, and the file is too short to be read. */
START_TEST(a_file_that_was_half_made_is_made_again)
{
	static const char too_small[] =
	    "-1 RRD Error: 'a' is too small (should be 2022192 bytes)\n";
	static const struct script full = {
		NEW,
		.change = 2, /* one of them after FORGET */
		.later_first = too_small,
		.later_last = too_small,
		.batch = "0 Go ahead.\n",
		.dot = "1 errors\n2 RRD Error: 'a' is too small\n"
	};

	start(&full);
	ck_assert_int_eq(write_one(T0), ERR_STORE);
	stop();
	ck_assert_ptr_nonnull(
	    strstr(text_str(&heard),
		   "CREATE agent/sw1.rrd -s 60 -b 1700006400 -O DS:"));
	ck_assert_ptr_nonnull(strstr(
	    text_str(&heard), "CREATE agent/sw1.rrd -s 60 -b 1700006400 DS:"));
}
END_TEST

START_TEST(a_file_of_others_is_never_made_again)
{
	static const struct script theirs = {
		NEW,
		.change = 2,
		.later_first = "-1 RRD Error: 'a' is too small\n",
		.later_last = "-1 RRD Error: 'a' is too small\n",
		.batch = "0 Go ahead.\n",
		.dot = "2 errors\n1 RRD Error: creating 'a': File exists\n"
		       "2 RRD Error: 'a' is too small\n"
	};

	start(&theirs);
	ck_assert_int_eq(write_one(T0), ERR_STORE);
	ck_assert_int_eq(write_one(T0 + 60), ERR_STORE);
	stop();
	ck_assert_ptr_null(strstr(text_str(&heard), "1700006400 DS:"));
	ck_assert_ptr_null(strstr(text_str(&heard), "1700006460 DS:"));
}
END_TEST

START_TEST(a_server_that_hangs_up_costs_no_signal)
{
	static const struct script leaving = { NEW, .hangs_up = true };
	struct series series = stored_series(SERIES_AGENT);
	struct series_row row = { .start_s = T0 };

	start(&leaving);
	reopen(NULL);
	for (int i = 0; i < 20000; i++, row.start_s += 60)
		ck_assert_int_eq(rrdcached_write_rows(client, &series, &row, 1),
				 0);
	ck_assert_int_lt(rrdcached_finish(client, NULL, NULL), 0);
	ck_assert_uint_eq(rrdcached_counters(client).rows_unsent, 20000);
}
END_TEST

START_TEST(commands_are_as_rrdcached_wants_them)
{
	static const struct script good = { NEW, .batch = "0 Go ahead.\n",
					    .dot = "0 errors\n" };
	static const char wanted[] =
	    "BATCH\n"
	    "CREATE agent/sw1.rrd -s 60 -b 1700006400 -O "
	    "DS:datagrams:GAUGE:60:0:U DS:lost:GAUGE:60:0:U "
	    "DS:samples:GAUGE:60:0:U DS:drops:GAUGE:60:0:U "
	    "RRA:AVERAGE:0.5:1:2880 RRA:AVERAGE:0.5:5:17856 "
	    "RRA:AVERAGE:0.5:60:17520 RRA:MAX:0.5:60:17520 "
	    "RRA:AVERAGE:0.5:1440:3650 RRA:MAX:0.5:1440:3650\n"
	    "UPDATE agent/sw1.rrd 1700006460:1:2:3:4\n"
	    "UPDATE agent/sw1.rrd 1700006520:U:U:U:U\n"
	    "UPDATE agent/sw1.rrd 1700006580:U:U:U:U\n"
	    "UPDATE agent/sw1.rrd 1700006640:1:2:3:4\n"
	    "UPDATE agent/sw1.rrd 1700010300:U:U:U:U\n"
	    "UPDATE agent/sw1.rrd 1700010360:1:2:3:4\n"
	    ".\n";
	static const int64_t starts[] = { T0, T0 + 180, T0 + 3900 };
	struct series series = stored_series(SERIES_AGENT);

	start(&good);
	for (size_t i = 0; i < COUNT_OF(starts); i++) {
		struct series_row row = { .start_s = starts[i],
					  .values = { 1, 2, 3, 4 } };

		ck_assert_int_eq(rrdcached_write_rows(client, &series, &row, 1),
				 0);
	}
	ck_assert_int_eq(rrdcached_finish(client, NULL, NULL), 0);
	ck_assert_uint_eq(rrdcached_counters(client).rows_accepted, 3);
	ck_assert_uint_eq(rrdcached_counters(client).files_created, 1);
	stop();
	ck_assert_ptr_nonnull(strstr(text_str(&heard), wanted));
	ck_assert_ptr_nonnull(strstr(text_str(&heard), "QUIT\n"));
}
END_TEST

START_TEST(a_line_never_gets_too_long_for_the_server)
{
	static const struct script good = { NEW, .batch = "0 Go ahead.\n",
					    .dot = "0 errors\n" };
	struct series series = stored_series(SERIES_PORT);
	struct series_row row = { .start_s = T0 };
	char name[65];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	series.switch_name = name;
	for (size_t i = 0; i < SERIES_COLUMNS_MAX; i++)
		row.values[i] = 1.7976931348623157e+308;
	start(&good);
	ck_assert_int_eq(rrdcached_write_rows(client, &series, &row, 1), 0);
	ck_assert_int_eq(rrdcached_finish(client, NULL, NULL), 0);
	stop();
	for (const char *line = text_str(&heard); *line != '\0';) {
		size_t len = strcspn(line, "\n");

		ck_assert_uint_lt(len, 3900);
		line += len + 1;
	}
}
END_TEST

static int broken_source(void *context, struct rrdcached *c,
			 const struct rrdcached_gap *gaps, size_t count)
{
	struct series_row early = { .start_s = gaps[0].from_s - 60 };
	struct series_row late = { .start_s = gaps[0].to_s };

	(void)context;
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(gaps[0].from_s, 1700006340);
	ck_assert_int_eq(gaps[0].to_s, T0 + 600);
	ck_assert_int_eq(rrdcached_refill(c, 0, &early), ERR_RANGE);
	ck_assert_int_eq(rrdcached_refill(c, 0, &late), ERR_RANGE);
	ck_assert_int_eq(rrdcached_refill(c, 1, &early), ERR_RANGE);
	return -EIO;
}

START_TEST(a_source_that_fails_lets_its_series_wait)
{
	static const struct script behind = { .pending = "0 updates pending\n",
					      .first = "0 1699833600\n",
					      .last = "0 1700006340\n" };

	start(&behind);
	rrdcached_set_source(client, broken_source, NULL);
	ck_assert_int_eq(write_one(T0 + 600), -EIO);
	ck_assert_uint_eq(rrdcached_counters(client).rows_unsent, 1);
	stop();
	ck_assert_ptr_null(strstr(text_str(&heard), "UPDATE"));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ who_is_no_rrdcached_is_given_up, COUNT_OF(strangers) },
		{ what_fits_is_not_forgotten, 3 },
		{ what_does_not_fit_is_forgotten_once_it_is_certain,
		  COUNT_OF(lossy) },
		{ a_write_under_way_is_waited_for, 0 },
		{ a_file_that_was_half_made_is_made_again, 0 },
		{ a_file_of_others_is_never_made_again, 0 },
		{ a_server_that_hangs_up_costs_no_signal, 0 },
		{ commands_are_as_rrdcached_wants_them, 0 },
		{ a_line_never_gets_too_long_for_the_server, 0 },
		{ a_source_that_fails_lets_its_series_wait, 0 },
	};

	return unit_run_with("rrdcached", setup, teardown, tests,
			     COUNT_OF(tests));
}
