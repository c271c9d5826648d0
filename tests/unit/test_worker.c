/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "support/unit.h"
#include "util/err.h"

enum { ROOM = 4 };

struct task {
	struct work work; /* the first */
	char name;
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static char done[32];

static void run(struct work *work)
{
	const struct task *task = (const struct task *)work;
	size_t len;

	(void)pthread_mutex_lock(&gate);
	len = strlen(done);
	done[len] = task->name;
	(void)pthread_mutex_unlock(&gate);
}

START_TEST(all_is_done_in_order_before_it_ends)
{
	struct task tasks[ROOM];
	struct worker *worker;

	ck_assert_int_eq(worker_new(&worker, ROOM), 0);
	(void)pthread_mutex_lock(&gate);
	for (int i = 0; i < ROOM; i++) {
		tasks[i] = (struct task){ { run, NULL }, (char)('a' + i) };
		ck_assert_int_eq(worker_do(worker, &tasks[i].work), 0);
	}
	(void)pthread_mutex_unlock(&gate);
	worker_stop(worker);
	ck_assert_str_eq(done, "abcd");
	ck_assert_int_eq(worker_do(worker, &tasks[0].work), ERR_FULL);
	worker_free(worker);
}
END_TEST

START_TEST(a_full_queue_refuses)
{
	struct task tasks[ROOM + 8];
	struct worker *worker;
	int refused = 0;

	ck_assert_int_eq(worker_new(&worker, ROOM), 0);
	(void)pthread_mutex_lock(&gate);
	/* One is being done perhaps, as many wait as there is room for. */
	for (int i = 0; i < ROOM + 8; i++) {
		tasks[i] = (struct task){ { run, NULL }, 'x' };
		refused += worker_do(worker, &tasks[i].work) == ERR_FULL;
	}
	ck_assert_int_ge(refused, 7);
	ck_assert_int_le(refused, 8);
	(void)pthread_mutex_unlock(&gate);
	worker_free(worker);
	ck_assert_uint_eq(strlen(done), (size_t)(ROOM + 8 - refused));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ all_is_done_in_order_before_it_ends, 0 },
		{ a_full_queue_refuses, 0 },
	};

	return unit_run("worker", tests, COUNT_OF(tests));
}
