/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The program is also the process that the pool starts: its drawing hangs, or
 * dies, where a job's title says so. */

#include "web/render_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "support/unit.h"
#include "util/err.h"
#include "web/render_helper.h"

enum { PATIENCE_S = 30 };

/* What became of a few images. */
struct outcome {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned count;
	unsigned good;
	int last_rc;
	size_t last_len;
};

static void outcome_init(struct outcome *o)
{
	*o = (struct outcome){ .count = 0 };
	ck_assert_int_eq(pthread_mutex_init(&o->lock, NULL), 0);
	ck_assert_int_eq(pthread_cond_init(&o->changed, NULL), 0);
}

static void note_outcome(void *context, int rc, struct text *png)
{
	struct outcome *o = context;

	(void)pthread_mutex_lock(&o->lock);
	o->count++;
	o->last_rc = rc;
	o->last_len = rc == 0 ? png->len : 0;
	o->good += rc == 0 && png->len > 100 &&
		   memcmp(png->data, "\x89PNG\r\n\x1a\n", 8) == 0;
	(void)pthread_cond_broadcast(&o->changed);
	(void)pthread_mutex_unlock(&o->lock);
}

static void await_count(struct outcome *o, unsigned count)
{
	struct timespec end;
	int rc = 0;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PATIENCE_S;
	(void)pthread_mutex_lock(&o->lock);
	while (rc == 0 && o->count < count)
		rc = pthread_cond_timedwait(&o->changed, &o->lock, &end);
	(void)pthread_mutex_unlock(&o->lock);
	ck_assert_msg(rc == 0, "%u of %u images", o->count, count);
}

static struct render_pool *make_pool(unsigned processes, unsigned queue_max,
				     unsigned images_max)
{
	struct render_pool_options options = render_pool_defaults;
	struct render_pool *pool = NULL;

	options.processes = processes;
	options.queue_max = queue_max;
	options.images_max = images_max;
	options.deadline_ms = 1500;
	ck_assert_int_eq(render_pool_new(&pool, &options), 0);
	ck_assert_int_eq(render_pool_start(pool), 0);
	return pool;
}

static void fill(struct render_job *job, const char *title)
{
	job->from_s = 1700006400;
	job->row_s = 300;
	job->rows = 100;
	job->width = 400;
	job->height = 240;
	job->curve_count = 1;
	job->curves[0].rgba = 0x1f883dff;
	(void)snprintf(job->title, sizeof(job->title), "%s", title);
	for (uint32_t row = 0; row < job->rows; row++)
		job->curves[0].values[row] = row * 1e6;
}

static int begin(struct render_pool *pool, const char *title,
		 struct outcome *outcome)
{
	struct render_ticket *ticket;
	int rc = render_pool_admit(pool, &ticket);

	if (rc < 0)
		return rc;
	fill(render_ticket_job(ticket), title);
	render_ticket_begin(ticket, note_outcome, outcome);
	return 0;
}

static void draw_one(struct render_pool *pool, const char *title, int rc)
{
	struct outcome o;

	outcome_init(&o);
	ck_assert_int_eq(begin(pool, title, &o), 0);
	await_count(&o, 1);
	ck_assert_int_eq(o.last_rc, rc);
	ck_assert_uint_eq(o.good, rc == 0);
}

START_TEST(two_hundred_images_are_drawn_and_processes_renewed)
{
	struct render_pool *pool = make_pool(2, 200, 30);
	struct render_pool_counters counters;
	struct outcome o;

	outcome_init(&o);
	for (unsigned i = 0; i < 200; i++)
		ck_assert_int_eq(begin(pool, "Example", &o), 0);
	await_count(&o, 200);
	counters = render_pool_counters(pool);
	ck_assert_uint_eq(o.good, 200);
	ck_assert_uint_eq(counters.drawn, 200);
	ck_assert_uint_ge(counters.recycled, 5);
	ck_assert_uint_le(counters.recycled, 6);
	ck_assert_uint_eq(counters.started, counters.recycled + 2);
	ck_assert_uint_eq(counters.died, 0);
	render_pool_free(pool);
}
END_TEST

START_TEST(a_process_that_dies_costs_its_image_alone)
{
	struct render_pool *pool = make_pool(1, 8, 1000);
	struct render_pool_counters counters;

	draw_one(pool, "Example", 0);
	draw_one(pool, "die", -EPIPE);
	draw_one(pool, "Example", 0);
	draw_one(pool, "die half way", -EPIPE);
	draw_one(pool, "Example", 0);
	counters = render_pool_counters(pool);
	ck_assert_uint_eq(counters.died, 2);
	ck_assert_uint_eq(counters.started, 3);
	render_pool_free(pool);
}
END_TEST

START_TEST(a_process_that_hangs_is_killed_and_replaced)
{
	struct render_pool *pool = make_pool(1, 8, 1000);
	struct render_pool_counters counters;

	draw_one(pool, "hang", -ETIMEDOUT);
	draw_one(pool, "Example", 0);
	counters = render_pool_counters(pool);
	ck_assert_uint_eq(counters.late, 1);
	ck_assert_uint_eq(counters.drawn, 1);
	render_pool_free(pool);
}
END_TEST

START_TEST(what_takes_too_much_memory_is_refused_it)
{
#ifdef __SANITIZE_ADDRESS__
	return;
#endif
	struct render_pool *pool = make_pool(1, 8, 1000);

	draw_one(pool, "eat", -ENOMEM);
	draw_one(pool, "Example", 0);
	render_pool_free(pool);
}
END_TEST

START_TEST(a_job_that_is_refused_costs_no_process)
{
	struct render_pool *pool = make_pool(1, 8, 1000);
	struct render_ticket *ticket;
	struct outcome o;

	outcome_init(&o);
	ck_assert_int_eq(render_pool_admit(pool, &ticket), 0);
	render_ticket_begin(ticket, note_outcome, &o); /* all zero */
	await_count(&o, 1);
	ck_assert_int_eq(o.last_rc, ERR_RANGE);
	draw_one(pool, "Example", 0);
	ck_assert_uint_eq(render_pool_counters(pool).started, 1);
	ck_assert_uint_eq(render_pool_counters(pool).failed, 1);
	render_pool_free(pool);
}
END_TEST

START_TEST(a_full_queue_refuses)
{
	struct render_pool *pool = make_pool(1, 3, 1000);
	struct render_ticket *held[3];
	struct render_ticket *more;

	for (size_t i = 0; i < COUNT_OF(held); i++)
		ck_assert_int_eq(render_pool_admit(pool, &held[i]), 0);
	ck_assert_int_eq(render_pool_admit(pool, &more), ERR_FULL);
	ck_assert_uint_eq(render_pool_counters(pool).refused, 1);
	render_ticket_drop(held[0]);
	ck_assert_int_eq(render_pool_admit(pool, &more), 0);
	render_ticket_drop(more);
	render_ticket_drop(held[1]);
	render_ticket_drop(held[2]);
	draw_one(pool, "Example", 0);
	render_pool_free(pool);
}
END_TEST

START_TEST(stopping_gives_up_what_waits_and_what_hangs)
{
	struct render_pool *pool = make_pool(1, 8, 1000);
	struct render_ticket *ticket;
	struct outcome o;

	outcome_init(&o);
	ck_assert_int_eq(render_pool_admit(pool, &ticket), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(begin(pool, "hang", &o), 0);
	render_pool_stop(pool);
	ck_assert_uint_eq(o.count, 3);
	ck_assert_int_eq(o.last_rc, -ECANCELED);
	/* Who was admitted before hears of it, too. */
	render_ticket_begin(ticket, note_outcome, &o);
	ck_assert_uint_eq(o.count, 4);
	ck_assert_int_eq(render_pool_admit(pool, &ticket), -ECANCELED);
	render_pool_free(pool);
}
END_TEST

START_TEST(a_program_that_is_not_there_draws_nothing)
{
	struct render_pool_options options = render_pool_defaults;
	struct render_pool *pool = NULL;

	options.program = "/nonexistent/lanterne-web";
	ck_assert_int_eq(render_pool_new(&pool, &options), 0);
	ck_assert_int_eq(render_pool_start(pool), 0);
	draw_one(pool, "Example", -EPIPE);
	render_pool_free(pool);
}
END_TEST

START_TEST(a_program_that_answers_otherwise_is_not_believed)
{
	struct render_pool_options options = render_pool_defaults;
	struct render_pool *pool = NULL;

	options.program = "/bin/cat"; /* does not know the option */
	ck_assert_int_eq(render_pool_new(&pool, &options), 0);
	ck_assert_int_eq(render_pool_start(pool), 0);
	draw_one(pool, "Example", -EPIPE);
	render_pool_free(pool);
}
END_TEST

/* What the process has besides its three standard files. */
static int count_files(void)
{
	int count = 0;

	for (int fd = 3; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* Whether the process is what it is said to be: without files or rights. */
static bool is_confined(void)
{
	struct rlimit files;
	struct rlimit size;

	return getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max <= 64 &&
	       getrlimit(RLIMIT_FSIZE, &size) == 0 && size.rlim_max == 0 &&
	       count_files() == 0 && !getenv("HOME");
}

START_TEST(a_process_has_no_file_of_ours)
{
	struct render_pool *pool = make_pool(1, 8, 1000);
	int fd = open("/dev/null", O_RDONLY); /* not closed on exec */

	draw_one(pool, "confined?", 0);
	(void)close(fd);
	render_pool_free(pool);
}
END_TEST

static int draw(const struct render_job *job, struct text *png)
{
	if (strcmp(job->title, "die") == 0)
		(void)raise(SIGKILL);
	if (strcmp(job->title, "die half way") == 0) {
		static const struct render_answer part = {
			.magic = RENDER_ANSWER_MAGIC, .size = 4096
		};

		(void)!write(STDIN_FILENO, &part, sizeof(part));
		_exit(1);
	}
	if (strcmp(job->title, "hang") == 0)
		(void)sleep(PATIENCE_S);
	if (strcmp(job->title, "eat") == 0)
		return malloc((size_t)2 << 30) ? 0 : -ENOMEM;
	if (strcmp(job->title, "confined?") == 0 && !is_confined())
		return ERR_STORE;
	return render_png(job, png);
}

int main(int argc, char **argv)
{
	const struct unit_test tests[] = {
		{ two_hundred_images_are_drawn_and_processes_renewed, 0 },
		{ a_process_that_dies_costs_its_image_alone, 0 },
		{ a_process_that_hangs_is_killed_and_replaced, 0 },
		{ what_takes_too_much_memory_is_refused_it, 0 },
		{ a_job_that_is_refused_costs_no_process, 0 },
		{ a_full_queue_refuses, 0 },
		{ stopping_gives_up_what_waits_and_what_hangs, 0 },
		{ a_program_that_is_not_there_draws_nothing, 0 },
		{ a_program_that_answers_otherwise_is_not_believed, 0 },
		{ a_process_has_no_file_of_ours, 0 },
	};

	if (argc == 2 && strcmp(argv[1], RENDER_HELPER_OPTION) == 0)
		return render_helper_run(STDIN_FILENO, draw);
	return unit_run("render_pool", tests, COUNT_OF(tests));
}
