/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/work_queue.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "support/unit.h"

enum { ITEMS = 16 };

/* An item that holds its thread until it is let go. */
struct probe {
	struct work_item item;
	char name;
	bool is_running;
	bool is_let_go;
	bool has_ended;
	enum work_end end;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static char order[ITEMS + 1]; /* in which they ran */
static struct probe probes[ITEMS];
static struct work_queue *queue;

static void run(struct work_item *item, enum work_end end)
{
	struct probe *p = (struct probe *)item;

	(void)pthread_mutex_lock(&lock);
	p->end = end;
	p->is_running = end == WORK_RUN;
	if (p->is_running)
		order[strlen(order)] = p->name;
	(void)pthread_cond_broadcast(&changed);
	while (p->is_running && !p->is_let_go)
		(void)pthread_cond_wait(&changed, &lock);
	p->is_running = false;
	p->has_ended = true;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
}

static void let_go(struct probe *p)
{
	(void)pthread_mutex_lock(&lock);
	p->is_let_go = true;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
}

static void await(const bool *what)
{
	(void)pthread_mutex_lock(&lock);
	while (!*what)
		(void)pthread_cond_wait(&changed, &lock);
	(void)pthread_mutex_unlock(&lock);
}

/* Two threads, one of them for dear work; four wait, two of a source. */
static void setup(void)
{
	static const struct work_queue_options options = {
		.threads = 2, .dear_max = 1, .queue_max = 4, .source_max = 2
	};

	memset(order, 0, sizeof(order));
	memset(probes, 0, sizeof(probes));
	for (int i = 0; i < ITEMS; i++)
		probes[i].name = (char)('a' + i);
	ck_assert_int_eq(work_queue_new(&queue, &options), 0);
}

static void teardown(void)
{
	work_queue_free(queue);
}

/* Which one, of which source (0: of none), dear or not. */
static struct probe *add(int i, uint8_t source, bool is_dear)
{
	struct probe *p = &probes[i];

	p->item.run = run;
	p->item.is_dear = is_dear;
	if (source)
		p->item.source =
		    (struct ipaddr){ .version = 4,
				     .bytes = { 192, 0, 2, source } };
	work_queue_add(queue, &p->item);
	return p;
}

/* The first one last: what waits is run by one thread, for two may note in any
 * order what they took in theirs. */
static void let_all_go(int count)
{
	for (int i = 1; i < count; i++)
		let_go(&probes[i]);
	for (int i = 1; i < count; i++)
		await(&probes[i].has_ended);
	let_go(&probes[0]);
	await(&probes[0].has_ended);
}

/* Both threads, until they are let go. */
static void hold_threads(void)
{
	await(&add(0, 0, false)->is_running);
	await(&add(1, 0, false)->is_running);
}

START_TEST(dear_work_leaves_a_thread)
{
	await(&add(0, 0, true)->is_running);
	(void)add(1, 0, true);
	await(&add(2, 0, false)->is_running);
	ck_assert_str_eq(order, "ac");
	let_go(&probes[0]);
	await(&probes[1].is_running);
	let_all_go(3);
	ck_assert_str_eq(order, "acb");
}
END_TEST

START_TEST(dear_work_comes_after_the_other)
{
	hold_threads();
	(void)add(2, 0, true);
	(void)add(3, 0, false);
	let_go(&probes[0]);
	await(&probes[3].is_running);
	let_all_go(4);
	ck_assert_str_eq(order, "abdc");
}
END_TEST

START_TEST(a_source_has_its_places)
{
	hold_threads();
	(void)add(2, 1, false);
	(void)add(3, 1, false);
	ck_assert(add(4, 1, false)->has_ended);
	ck_assert_int_eq(probes[4].end, WORK_GIVEN_UP);
	ck_assert(!add(5, 2, false)->has_ended);
	ck_assert_uint_eq(work_queue_counters(queue).refused_source, 1);
	ck_assert_uint_eq(work_queue_counters(queue).waiting, 3);
	let_all_go(6);
	ck_assert_str_eq(order, "abcdf");
}
END_TEST

START_TEST(a_full_queue_takes_no_more)
{
	hold_threads();
	for (int i = 2; i < 6; i++)
		(void)add(i, 0, false);
	ck_assert(add(6, 0, false)->has_ended);
	ck_assert_int_eq(probes[6].end, WORK_GIVEN_UP);
	ck_assert_uint_eq(work_queue_counters(queue).refused_full, 1);
	ck_assert_uint_eq(work_queue_counters(queue).most, 4);
	let_all_go(7);
}
END_TEST

START_TEST(who_has_most_makes_room)
{
	hold_threads();
	(void)add(2, 1, false);
	(void)add(3, 1, false);
	(void)add(4, 2, false);
	(void)add(5, 2, false);
	ck_assert(!add(6, 3, false)->has_ended);
	ck_assert(probes[5].has_ended);
	ck_assert_int_eq(probes[5].end, WORK_GIVEN_UP);
	let_all_go(7);
	ck_assert_str_eq(order, "abcdeg");
}
END_TEST

START_TEST(who_has_as_much_does_not)
{
	hold_threads();
	for (int i = 2; i < 6; i++)
		(void)add(i, (uint8_t)i, false);
	ck_assert(add(6, 6, false)->has_ended);
	let_all_go(7);
	ck_assert_str_eq(order, "abcdef");
}
END_TEST

START_TEST(a_stop_gives_up_what_waits)
{
	hold_threads();
	(void)add(2, 0, false);
	let_go(&probes[0]);
	let_go(&probes[1]);
	let_go(&probes[2]);
	work_queue_stop(queue);
	ck_assert(probes[0].has_ended && probes[1].has_ended);
	ck_assert(probes[2].has_ended);
	ck_assert(add(3, 0, false)->has_ended);
	ck_assert_int_eq(probes[3].end, WORK_GIVEN_UP);
}
END_TEST

START_TEST(what_never_ends_is_seen)
{
	ck_assert_int_eq(work_queue_counters(queue).longest_ms, 0);
	await(&add(0, 0, false)->is_running);
	while (work_queue_counters(queue).longest_ms < 20)
		(void)usleep(1000);
	let_all_go(1);
	while (work_queue_counters(queue).longest_ms > 0)
		(void)usleep(1000);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ dear_work_leaves_a_thread, 0 },
		{ dear_work_comes_after_the_other, 0 },
		{ a_source_has_its_places, 0 },
		{ a_full_queue_takes_no_more, 0 },
		{ who_has_most_makes_room, 0 },
		{ who_has_as_much_does_not, 0 },
		{ a_stop_gives_up_what_waits, 0 },
		{ what_never_ends_is_seen, 0 },
	};

	return unit_run_with("work_queue", setup, teardown, tests,
			     COUNT_OF(tests));
}
