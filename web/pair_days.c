/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/pair_days.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/daybook_file.h"
#include "store/pair_day.h"
#include "util/err.h"
#include "util/zone.h"

enum {
	DAYS_KEPT = 2,	  /* today, and yesterday until its book is there */
	STEPS_AHEAD = 24, /* so many at once, while somebody may wait */
};

struct kept_day {
	struct pair_day *day; /* NULL: none */
	int64_t from_s;
	uint64_t used;	/* when it was asked for last */
	bool has_pairs; /* those below are the sums as they are now */
	struct daybook_pair *pairs;
	size_t count;
};

struct pair_days {
	pthread_mutex_t lock; /* guards what follows */
	struct kept_day kept[DAYS_KEPT];
	uint64_t uses;
	bool is_behind; /* a follow left something to do */
};

int pair_days_new(struct pair_days **out)
{
	struct pair_days *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	if (pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return -ENOMEM;
	}
	*out = made;
	return 0;
}

static void drop(struct kept_day *kept)
{
	pair_day_free(kept->day);
	free(kept->pairs);
	*kept = (struct kept_day){ .day = NULL };
}

void pair_days_free(struct pair_days *days)
{
	if (!days)
		return;
	for (size_t i = 0; i < DAYS_KEPT; i++)
		drop(&days->kept[i]);
	(void)pthread_mutex_destroy(&days->lock);
	free(days);
}

/* Have the sums at hand as the journal has them now, in order. */
static int update(struct kept_day *kept)
{
	struct daybook_pair *pairs;
	size_t count;
	int rc = pair_day_follow(kept->day, SIZE_MAX);

	if (rc < 0 || (rc == 0 && kept->has_pairs))
		return rc;
	count = pair_day_count(kept->day);
	pairs = calloc(count + 1, sizeof(*pairs));
	if (!pairs)
		return -ENOMEM;
	pair_day_copy(kept->day, pairs);
	free(kept->pairs);
	kept->pairs = pairs;
	kept->count = count;
	kept->has_pairs = true;
	return 0;
}

/* The day that is kept, or a new one instead of the least asked for. */
static int find(struct pair_days *days, struct kept_day **out,
		const char *state_dir, const struct pair_book *book)
{
	struct kept_day *oldest = &days->kept[0];
	int rc = 0;

	*out = NULL;
	for (size_t i = 0; i < DAYS_KEPT; i++) {
		struct kept_day *kept = &days->kept[i];

		if (kept->day && kept->from_s == book->from_s)
			*out = kept;
		if (kept->used < oldest->used)
			oldest = kept;
	}
	if (!*out) {
		drop(oldest);
		oldest->from_s = book->from_s;
		rc = pair_day_new(&oldest->day, state_dir, book->from_s,
				  book->to_s);
		*out = oldest;
	}
	(*out)->used = ++days->uses;
	return rc;
}

static int copy_kept(struct pair_book *out, const struct kept_day *kept)
{
	struct pair_day_extent extent = pair_day_extent(kept->day);

	out->pairs = calloc(kept->count + 1, sizeof(*out->pairs));
	if (!out->pairs)
		return -ENOMEM;
	if (kept->count > 0)
		memcpy(out->pairs, kept->pairs,
		       kept->count * sizeof(*out->pairs));
	out->count = kept->count;
	out->first_s = extent.first_s;
	out->to_s = extent.to_s;
	out->slots = extent.steps;
	return 0;
}

static int take_open(struct pair_days *days, struct pair_book *out,
		     const char *state_dir)
{
	struct kept_day *kept;
	int rc;

	(void)pthread_mutex_lock(&days->lock);
	rc = find(days, &kept, state_dir, out);
	if (rc == 0)
		rc = update(kept);
	if (rc == 0)
		rc = copy_kept(out, kept);
	(void)pthread_mutex_unlock(&days->lock);
	return rc;
}

static int copy_book(struct pair_book *out, struct daybook_reader *reader)
{
	int rc;

	out->is_closed = true;
	out->from_s = reader->head.from_s;
	out->to_s = reader->head.to_s;
	out->first_s = out->from_s;
	out->slots = daybook_slots(&reader->head);
	out->pairs =
	    calloc((size_t)reader->head.count + 1, sizeof(*out->pairs));
	if (!out->pairs)
		return -ENOMEM;
	while ((rc = daybook_next_pair(reader, &out->pairs[out->count])) == 1)
		out->count++;
	if (rc < 0)
		pair_book_fini(out);
	return rc;
}

static struct pair_book book_of(struct date date)
{
	return (struct pair_book){
		.date = date,
		.from_s = zone_day_start(date, DAYBOOK_SLOT_S),
		.to_s = zone_day_start(date_add_days(date, 1), DAYBOOK_SLOT_S),
	};
}

int pair_days_take(struct pair_days *days, struct pair_book *out,
		   const char *state_dir, struct date date)
{
	struct daybook book;
	int rc;

	*out = book_of(date);
	if (out->from_s >= out->to_s)
		return ERR_RANGE;
	rc = daybook_read(&book, state_dir, DAYBOOK_PAIRS, date);
	if (rc == ERR_NOT_FOUND)
		return take_open(days, out, state_dir);
	if (rc < 0)
		return rc;
	rc = copy_book(out, &book.reader);
	daybook_fini(&book);
	return rc;
}

void pair_days_follow(struct pair_days *days, const char *state_dir,
		      struct date date, bool is_new)
{
	const struct pair_book book = book_of(date);
	struct kept_day *kept;
	int rc = 0;

	if (book.from_s >= book.to_s)
		return;
	(void)pthread_mutex_lock(&days->lock);
	if (is_new || days->is_behind)
		rc = find(days, &kept, state_dir, &book);
	if (rc == 0 && (is_new || days->is_behind)) {
		rc = pair_day_follow(kept->day, STEPS_AHEAD);
		kept->has_pairs = kept->has_pairs && rc == 0;
	}
	/* What fails is told to whoever asks for it. */
	days->is_behind = rc > 0;
	(void)pthread_mutex_unlock(&days->lock);
}

void pair_book_fini(struct pair_book *book)
{
	free(book->pairs);
	book->pairs = NULL;
	book->count = 0;
}

bool pair_days_is_closed(const char *state_dir, struct date date)
{
	char path[PATH_MAX];
	struct stat status;

	return daybook_path(path, state_dir, DAYBOOK_PAIRS, date) == 0 &&
	       stat(path, &status) == 0;
}
