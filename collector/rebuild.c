/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "collector/clock.h"
#include "collector/flush_view.h"
#include "collector/mending.h"
#include "collector/state_lock.h"
#include "store/journal.h"
#include "util/err.h"

enum {
	FILES_PER_LOOK = 16,
	TRIES = 8, /* of a journal that the disk does not give */
};

struct rebuilding {
	const struct registry *registry;
	struct track_set set;
	struct flush_view eyes; /* the series that the configuration has */
	struct view *view;
	struct mending *mending;
	bool shows; /* progress, to whoever sits there */
};

static void show_progress(const struct rebuilding *r)
{
	uint32_t planned;
	uint32_t done;

	if (!r->shows)
		return;
	mending_progress(r->mending, &planned, &done);
	if (planned > 0)
		(void)fprintf(stderr, "\r%u of %u files (%u %%)", done, planned,
			      (unsigned)(UINT64_C(100) * done / planned));
	(void)fflush(stderr);
}

/* A clock that is behind must not make files end in the future. */
static int find_now(const struct rebuilding *r, int64_t *now_s)
{
	struct journal *journal;
	int64_t newest_s;
	int rc = journal_open(&journal, r->registry->config->state_dir,
			      &journal_default_limits);

	if (rc < 0)
		return rc;
	newest_s = journal_newest(journal) + STEP_S;
	journal_close(journal);
	*now_s = (int64_t)time(NULL);
	if (newest_s > *now_s)
		*now_s = newest_s;
	return 0;
}

static int mend_all(const struct rebuilding *r)
{
	int64_t now_s = 0;
	int tries = TRIES;
	int rc = find_now(r, &now_s);

	if (rc == 0)
		rc = mending_plan(r->mending, MENDING_ALL, now_s);
	if (rc < 0)
		return rc;
	do {
		show_progress(r);
		rc = mending_some(r->mending, now_s, FILES_PER_LOOK);
	} while (rc == 1 || (rc == -EIO && tries-- > 0));
	if (r->shows)
		(void)fputs("\n", stderr);
	return rc;
}

static int report(const struct rebuilding *r)
{
	struct mending_counters c = mending_counters(r->mending);

	(void)printf(
	    "%llu files looked at: %llu made anew, %llu got rows that "
	    "they lacked, %llu failed\n",
	    (unsigned long long)c.looked_at, (unsigned long long)c.mended,
	    (unsigned long long)c.appended, (unsigned long long)c.failed);
	return c.failed > 0 ? -EIO : 0;
}

static int prepare(struct rebuilding *r)
{
	int rc = track_set_init(&r->set);

	if (rc == 0)
		rc = flush_view_init(&r->eyes, r->registry, &r->set);
	if (rc == 0)
		rc = view_new(&r->view, r->registry->config->state_dir, &r->set,
			      NULL, 0);
	if (rc == 0)
		rc = mending_new(&r->mending, r->registry->config->state_dir,
				 &r->set, r->view);
	return rc;
}

int rebuild(const struct registry *registry)
{
	struct rebuilding r = { .registry = registry,
				.shows = isatty(STDERR_FILENO) };
	int lock = -1;
	int rc = state_lock(registry->config->state_dir, &lock);

	if (rc < 0)
		return rc == -EADDRINUSE ? rc : -EIO;
	rc = prepare(&r);
	if (rc == 0)
		rc = mend_all(&r);
	if (rc < 0)
		(void)fprintf(stderr,
			      "lanterne-collector: cannot rebuild: "
			      "%s: %s\n",
			      registry->config->state_dir, err_str(rc));
	else
		rc = report(&r);
	mending_free(r.mending);
	view_free(r.view);
	flush_view_fini(&r.eyes);
	track_set_fini(&r.set);
	(void)close(lock);
	return rc;
}
