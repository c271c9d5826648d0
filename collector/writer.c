/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

/* Four that are always the same, and the stations of two days. */
enum { FILES_MAX = 6 };

struct waiting_file {
	char *path; /* NULL: free */
	struct text content;
};

struct writer {
	pthread_t thread;
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t work;  /* something to do, or stop */
	pthread_cond_t room;  /* the queue has shrunk */
	struct closed_step *queue[WRITER_QUEUE_MAX];
	size_t first;
	size_t count;
	size_t bytes; /* that the queued steps hold */
	struct waiting_file files[FILES_MAX];
	bool stopping;
	struct writer_counters counters;

	struct flush *flush; /* the thread's own */
	bool waits;
	/* Files that could not be replaced, which is told once; NULL: none.
	 * The thread's own. */
	char *failing[FILES_MAX];
};

/* Note whether a file could be replaced. @return whether that is news */
static bool note_failing(struct writer *w, const char *path, bool failing)
{
	char **place = NULL;

	for (size_t i = 0; i < FILES_MAX; i++) {
		char **at = &w->failing[i];

		if (*at ? strcmp(*at, path) == 0 : !place)
			place = at;
	}
	/* Days that failed are never written again: the place goes on. */
	if (!place && failing)
		place = &w->failing[0];
	else if (!place || (*place != NULL) == failing)
		return false;
	free(*place);
	*place = failing ? strdup(path) : NULL;
	return true;
}

static int replace(const char *path, const struct text *content)
{
	int rc = -ENOMEM;

	if (text_ok(content))
		rc = file_replace(path, text_str(content), content->len);
	if (rc != -ENOENT)
		return rc;
	rc = file_make_directory_of(path);
	return rc < 0 ? rc
		      : file_replace(path, text_str(content), content->len);
}

/* @return 0 or what kept it from being replaced */
static int write_file(struct writer *w, struct waiting_file *file)
{
	int rc = replace(file->path, &file->content);
	bool is_news = note_failing(w, file->path, rc < 0);

	if (rc < 0 && is_news)
		log_error("writer: cannot replace: %s: %s", file->path,
			  err_str(rc));
	text_fini(&file->content);
	free(file->path);
	return rc;
}

static bool take_file(struct writer *w, struct waiting_file *out)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		if (!w->files[i].path)
			continue;
		*out = w->files[i];
		w->files[i] = (struct waiting_file){ 0 };
		return true;
	}
	return false;
}

static bool has_files(const struct writer *w)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		if (w->files[i].path)
			return true;
	}
	return false;
}

static struct closed_step *take_step(struct writer *w)
{
	struct closed_step *step;

	if (w->count == 0)
		return NULL;
	step = w->queue[w->first];
	w->first = (w->first + 1) % WRITER_QUEUE_MAX;
	w->count--;
	w->bytes -= closed_step_bytes(step);
	(void)pthread_cond_signal(&w->room);
	return step;
}

/* What waits is taken in before the disk is waited for. */
static void write_step(struct writer *w, struct closed_step *step, bool more)
{
	flush_step(w->flush, step);
	closed_step_free(step);
	if (!more)
		flush_settle(w->flush);
}

/* Nothing came: look after the files until something does. */
static void wait(struct writer *w)
{
	bool more;

	(void)pthread_mutex_unlock(&w->lock);
	more = flush_idle(w->flush);
	(void)pthread_mutex_lock(&w->lock);
	w->counters.flush = flush_counters(w->flush);
	w->counters.turns++;
	if (!more && w->count == 0 && !w->stopping && !has_files(w)) {
		w->counters.is_idle = true;
		(void)pthread_cond_wait(&w->work, &w->lock);
		w->counters.is_idle = false;
	}
}

/* Steps come before files: a status file speaks of what was written. */
static void *run(void *argument)
{
	struct writer *w = argument;

	(void)pthread_mutex_lock(&w->lock);
	for (;;) {
		struct waiting_file file = { 0 };
		struct closed_step *step = take_step(w);
		bool has_file = !step && take_file(w, &file);
		bool failed = false;
		bool more;

		if (!step && !has_file) {
			if (w->stopping)
				break;
			wait(w);
			continue;
		}
		more = w->count > 0;
		(void)pthread_mutex_unlock(&w->lock);
		if (step)
			write_step(w, step, more);
		if (has_file)
			failed = write_file(w, &file) < 0;
		(void)pthread_mutex_lock(&w->lock);
		w->counters.flush = flush_counters(w->flush);
		w->counters.files_failed += failed;
		w->counters.turns++;
	}
	(void)pthread_mutex_unlock(&w->lock);
	flush_finish(w->flush);
	return NULL;
}

int writer_start(struct writer **out, struct flush *flush, bool waits)
{
	struct writer *w = calloc(1, sizeof(*w));
	int rc;

	if (!w) {
		flush_free(flush);
		return -ENOMEM;
	}
	w->flush = flush;
	w->waits = waits;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->work, NULL);
	(void)pthread_cond_init(&w->room, NULL);
	rc = pthread_create(&w->thread, NULL, run, w);
	if (rc != 0) {
		flush_free(flush);
		free(w);
		return -rc;
	}
	*out = w;
	return 0;
}

static bool is_full(const struct writer *w, size_t bytes)
{
	return w->count == WRITER_QUEUE_MAX ||
	       (w->count > 0 && w->bytes + bytes > WRITER_QUEUE_MAX_BYTES);
}

void writer_step(struct writer *w, struct closed_step *step)
{
	size_t bytes = closed_step_bytes(step);

	(void)pthread_mutex_lock(&w->lock);
	while (w->waits && is_full(w, bytes))
		(void)pthread_cond_wait(&w->room, &w->lock);
	if (is_full(w, bytes)) {
		w->counters.steps_lost++;
		closed_step_free(step);
	} else {
		w->queue[(w->first + w->count++) % WRITER_QUEUE_MAX] = step;
		w->bytes += bytes;
		(void)pthread_cond_signal(&w->work);
	}
	(void)pthread_mutex_unlock(&w->lock);
}

/* Where a file waits, or will; NULL: there is no place. */
static struct waiting_file *place_of(struct writer *w, const char *path)
{
	struct waiting_file *place = NULL;

	for (size_t i = 0; i < FILES_MAX; i++) {
		struct waiting_file *f = &w->files[i];

		if (f->path && strcmp(f->path, path) == 0)
			return f;
		if (!f->path && !place)
			place = f;
	}
	if (place)
		place->path = strdup(path);
	return place && place->path ? place : NULL;
}

void writer_file(struct writer *w, const char *path, struct text *content)
{
	struct waiting_file *place;

	(void)pthread_mutex_lock(&w->lock);
	place = place_of(w, path);
	if (place) {
		text_fini(&place->content);
		place->content = *content;
		text_init(content);
		(void)pthread_cond_signal(&w->work);
	} else {
		w->counters.files_failed++;
	}
	(void)pthread_mutex_unlock(&w->lock);
	text_fini(content);
}

struct writer_counters writer_counters(struct writer *w)
{
	struct writer_counters counters;

	(void)pthread_mutex_lock(&w->lock);
	counters = w->counters;
	counters.steps_queued = w->count;
	(void)pthread_mutex_unlock(&w->lock);
	return counters;
}

struct writer_counters writer_stop(struct writer *w)
{
	struct writer_counters counters = { 0 };

	if (!w)
		return counters;
	(void)pthread_mutex_lock(&w->lock);
	w->stopping = true;
	(void)pthread_cond_signal(&w->work);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	w->counters.flush = flush_counters(w->flush);
	counters = w->counters;
	flush_free(w->flush);
	(void)pthread_cond_destroy(&w->work);
	(void)pthread_cond_destroy(&w->room);
	(void)pthread_mutex_destroy(&w->lock);
	for (size_t i = 0; i < FILES_MAX; i++)
		free(w->failing[i]);
	free(w);
	return counters;
}
