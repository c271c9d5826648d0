/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/site.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"
#include "util/text.h"

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
	const struct registry *registry;
	site_clock clock;
	char status_path[PATH_MAX];
	pthread_mutex_t lock; /* guards what follows */
	struct held *newest;  /* with the older ones still in use behind it */
	struct stamp stamp;
	bool complained; /* of a file that cannot be read */
};

static double system_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int site_new(struct site **out, const struct registry *registry,
	     site_clock clock)
{
	struct site *made = calloc(1, sizeof(*made));
	int len;

	if (!made)
		return -ENOMEM;
	made->registry = registry;
	made->clock = clock ? clock : system_clock;
	len = snprintf(made->status_path, sizeof(made->status_path),
		       "%s/status.json", registry->config->state_dir);
	if (len < 0 || (size_t)len >= sizeof(made->status_path) ||
	    pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return -ENOMEM;
	}
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
	(void)pthread_mutex_destroy(&site->lock);
	free(site);
}

const struct registry *site_registry(const struct site *site)
{
	return site->registry;
}

const struct config *site_config(const struct site *site)
{
	return site->registry->config;
}

double site_time(const struct site *site)
{
	return site->clock();
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
		return;
	}
	site->complained = false;
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
	if (stat(site->status_path, &st) == 0) {
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
