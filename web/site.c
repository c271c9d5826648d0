/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/site.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"
#include "web/pair_counters.h"

/* A status and the requests that hold it. */
struct held {
	struct status *status;
	unsigned users; /* the site's own reference included */
	struct held *older;
};

/* What tells one version of the file from another. */
struct stamp {
	struct timespec modified;
	off_t size;
	ino_t inode;
};

struct site {
	site_clock clock;
	char status_path[PATH_MAX];
	struct memo *memo;
	struct pair_days *pair_days;
	struct pair_counters *pair_counters;
	double started_s;
	struct render_pool *render_pool; /* borrowed; set before any thread */
	struct accounts *accounts;	 /* the same */
	struct process *process;	 /* the same */
	load_tell tell_load;		 /* the same */
	void *load_context;
	pthread_mutex_t lock; /* guards what follows */
	struct generation *generation;
	uint64_t serial; /* of the generation, and of what was refused */
	struct site_reading reading;
	double noted_s[SITE_DEAR_COUNT];
	struct text problem; /* why the last configuration was refused */
	struct held *newest; /* with the older ones still in use behind it */
	struct stamp stamp;
	bool complained; /* of a file that cannot be read */
};

static double system_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int site_new(struct site **out, struct generation *generation, site_clock clock)
{
	struct site *made = calloc(1, sizeof(*made));
	int len;

	if (!made)
		return -ENOMEM;
	made->clock = clock ? clock : system_clock;
	len = snprintf(made->status_path, sizeof(made->status_path),
		       "%s/status.json", generation->config->state_dir);
	if (len < 0 || (size_t)len >= sizeof(made->status_path) ||
	    memo_new(&made->memo) < 0) {
		free(made);
		return -ENOMEM;
	}
	if (pair_days_new(&made->pair_days) < 0 ||
	    pair_counters_new(&made->pair_counters) < 0 ||
	    pthread_mutex_init(&made->lock, NULL) != 0) {
		pair_counters_free(made->pair_counters);
		pair_days_free(made->pair_days);
		memo_free(made->memo);
		free(made);
		return -ENOMEM;
	}
	text_init(&made->problem);
	made->generation = generation_ref(generation);
	made->started_s = made->clock();
	made->reading.loaded_s = made->started_s;
	*out = made;
	return 0;
}

void site_free(struct site *site)
{
	if (!site)
		return;
	while (site->newest) {
		struct held *older = site->newest->older;

		status_free(site->newest->status);
		free(site->newest);
		site->newest = older;
	}
	generation_unref(site->generation);
	text_fini(&site->problem);
	memo_free(site->memo);
	pair_days_free(site->pair_days);
	pair_counters_free(site->pair_counters);
	(void)pthread_mutex_destroy(&site->lock);
	free(site);
}

void site_set_render_pool(struct site *site, struct render_pool *pool)
{
	site->render_pool = pool;
}

void site_set_accounts(struct site *site, struct accounts *accounts)
{
	site->accounts = accounts;
}

void site_set_process(struct site *site, struct process *process)
{
	site->process = process;
}

struct process *site_process(const struct site *site)
{
	return site->process;
}

struct accounts *site_accounts(const struct site *site)
{
	return site ? site->accounts : NULL;
}

void site_set_load(struct site *site, load_tell tell, void *context)
{
	site->tell_load = tell;
	site->load_context = context;
}

bool site_load(const struct site *site, struct load *load)
{
	if (site->tell_load)
		site->tell_load(site->load_context, load);
	return site->tell_load;
}

struct render_pool *site_render_pool(const struct site *site)
{
	return site->render_pool;
}

void site_use(struct site *site, struct generation *generation)
{
	struct generation *old;

	(void)pthread_mutex_lock(&site->lock);
	old = site->generation;
	site->generation = generation_ref(generation);
	site->serial++;
	site->reading.loaded_s = site->clock();
	site->reading.refused_s = 0;
	text_clear(&site->problem);
	(void)pthread_mutex_unlock(&site->lock);
	generation_unref(old);
}

void site_refuse(struct site *site, const char *problem)
{
	(void)pthread_mutex_lock(&site->lock);
	site->reading.refused_s = site->clock();
	site->serial++; /* /health says something else now */
	text_clear(&site->problem);
	text_add(&site->problem, problem);
	(void)pthread_mutex_unlock(&site->lock);
}

struct generation *site_take_generation(struct site *site, uint64_t *serial)
{
	struct generation *taken;

	(void)pthread_mutex_lock(&site->lock);
	taken = generation_ref(site->generation);
	*serial = site->serial;
	(void)pthread_mutex_unlock(&site->lock);
	return taken;
}

struct site_reading site_reading(struct site *site, struct text *problem)
{
	struct site_reading reading;

	(void)pthread_mutex_lock(&site->lock);
	reading = site->reading;
	text_add(problem, text_str(&site->problem));
	(void)pthread_mutex_unlock(&site->lock);
	return reading;
}

struct pair_days *site_pair_days(struct site *site)
{
	return site->pair_days;
}

struct pair_counters *site_pair_counters(struct site *site)
{
	return site->pair_counters;
}

double site_started(const struct site *site)
{
	return site->started_s;
}

struct memo *site_memo(struct site *site)
{
	return site->memo;
}

double site_time(const struct site *site)
{
	return site->clock();
}

int64_t site_data_time(struct site *site)
{
	const struct status *s = site_take_status(site);
	int64_t now_s = (int64_t)site->clock();

	if (s && s->is_replay && fabs(s->now) < 1e11)
		now_s = (int64_t)s->now;
	site_release_status(site, s);
	return now_s;
}

void site_note(struct site *site, enum site_dear page)
{
	double now_s = site->clock();

	(void)pthread_mutex_lock(&site->lock);
	site->noted_s[page] = now_s;
	(void)pthread_mutex_unlock(&site->lock);
}

double site_noted(struct site *site, enum site_dear page)
{
	double noted_s;

	(void)pthread_mutex_lock(&site->lock);
	noted_s = site->noted_s[page];
	(void)pthread_mutex_unlock(&site->lock);
	return noted_s;
}

static int load(struct held **out, const char *path)
{
	struct held *made = NULL;
	struct text text;
	int rc;

	text_init(&text);
	rc = file_read(path, STATUS_FILE_MAX, &text);
	if (rc < 0)
		goto out;
	made = calloc(1, sizeof(*made));
	rc = made ? status_parse(&made->status, text_str(&text), text.len)
		  : -ENOMEM;
	if (rc < 0)
		goto out;
	made->users = 1;
	*out = made;
	made = NULL;
out:
	free(made);
	text_fini(&text);
	return rc;
}

/* Drop one reference; the list forgets what nobody holds. */
static void release(struct site *site, const struct status *status)
{
	for (struct held **at = &site->newest; *at; at = &(*at)->older) {
		struct held *held = *at;

		if (held->status != status)
			continue;
		if (--held->users == 0) {
			*at = held->older;
			status_free(held->status);
			free(held);
		}
		return;
	}
}

/* Read the file again; a broken or missing one leaves the status we have. */
static void refresh(struct site *site)
{
	struct held *fresh = NULL;
	struct held *old = site->newest;
	int rc = load(&fresh, site->status_path);

	if (rc < 0) {
		if (!site->complained)
			log_warning("status: not read: %s: %s",
				    site->status_path, err_str(rc));
		site->complained = true;
		site->reading.status_error = rc;
		return;
	}
	site->complained = false;
	site->reading.status_error = 0;
	fresh->older = old;
	site->newest = fresh;
	if (old)
		release(site, old->status);
}

const struct status *site_take_status(struct site *site)
{
	struct held *held;
	struct stat st;

	(void)pthread_mutex_lock(&site->lock);
	if (stat(site->status_path, &st) < 0) {
		site->reading.status_error = -errno;
		site->stamp = (struct stamp){ .size = -1 };
	} else {
		struct stamp *seen = &site->stamp;

		if (seen->inode != st.st_ino || seen->size != st.st_size ||
		    seen->modified.tv_sec != st.st_mtim.tv_sec ||
		    seen->modified.tv_nsec != st.st_mtim.tv_nsec) {
			*seen =
			    (struct stamp){ st.st_mtim, st.st_size, st.st_ino };
			refresh(site);
		}
	}
	held = site->newest;
	if (held)
		held->users++;
	(void)pthread_mutex_unlock(&site->lock);
	return held ? held->status : NULL;
}

void site_release_status(struct site *site, const struct status *status)
{
	if (!status)
		return;
	(void)pthread_mutex_lock(&site->lock);
	release(site, status);
	(void)pthread_mutex_unlock(&site->lock);
}
