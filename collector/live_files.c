/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "collector/learned_file.h"
#include "collector/live_state.h"
#include "collector/status.h"
#include "collector/verdicts.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

/* @param sources  get what the view points to */
static struct status_view view_of(const struct live *l,
				  struct writer_counters writer,
				  int64_t time_us,
				  struct status_source *sources)
{
	live_sources_tell(l, sources);
	return (struct status_view){
		.intake = &l->intake,
		.steps = &l->steps,
		.writer = writer,
		.started_us = l->started_us,
		.written_us = time_us,
		.loaded_us = l->loaded_us,
		.refused_us = l->refused_us,
		.problem = text_str(&l->problem),
		.relay = l->relay,
		.process = process_read(l->process),
		.sources = sources,
		.source_count = l->generation->config->source_count,
	};
}

void live_hand_over_status(struct live *l, int64_t time_us)
{
	struct status_source sources[SOURCES_MAX];
	struct status_view view =
	    view_of(l, writer_counters(l->writer), time_us, sources);
	struct text out;

	text_init(&out);
	status_write(&out, &view);
	writer_file(l->writer, l->status_path, &out);
}

void live_write_last_status(struct live *l, struct writer_counters writer,
			    int64_t time_us)
{
	struct status_source sources[SOURCES_MAX];
	struct status_view view = view_of(l, writer, time_us, sources);
	struct text out;
	int rc = -ENOMEM;

	text_init(&out);
	status_write(&out, &view);
	if (text_ok(&out))
		rc = file_replace(l->status_path, text_str(&out), out.len);
	if (rc < 0)
		log_error("collector: cannot replace: %s: %s", l->status_path,
			  err_str(rc));
	text_fini(&out);
}

static void hand_over_verdicts(struct live *l, bool again)
{
	struct text out;

	text_init(&out);
	verdicts_write(&out, &l->intake);
	if (again || strcmp(text_str(&out), text_str(&l->verdicts)) != 0) {
		text_clear(&l->verdicts);
		text_add(&l->verdicts, text_str(&out));
		writer_file(l->writer, l->verdicts_path, &out);
	}
	text_fini(&out);
}

static void hand_over_ordinals(struct live *l, bool again)
{
	struct text out;

	if (!again && !l->ordinals_due)
		return;
	text_init(&out);
	ordinals_print(&l->generation->registry->ordinals, &out);
	l->ordinals_due = !text_ok(&out);
	writer_file(l->writer, l->ordinals_path, &out);
	text_fini(&out);
}

void live_hand_over_learned(struct live *l, int64_t now_us)
{
	struct text out;

	text_init(&out);
	learned_write(&out, &l->intake.bindings, &l->intake.ports, now_us);
	writer_file(l->writer, l->learned_path, &out);
	text_fini(&out);
}

void live_take_up_learned(struct live *l)
{
	int64_t then_us;
	int rc =
	    learned_read(&l->intake.bindings, NULL, &then_us, l->learned_path);

	if (rc < 0 && rc != -ENOENT)
		log_warning("collector: cannot read: %s: %s: ports are learned "
			    "anew",
			    l->learned_path, err_str(rc));
}

void live_hand_over_stations(void *live, const char *path, struct text *content)
{
	const struct live *l = live;

	writer_file(l->writer, path, content);
}

void live_hand_over_files(struct live *l)
{
	uint64_t failed = writer_counters(l->writer).files_failed;
	bool again = failed != l->files_failed;

	l->files_failed = failed;
	hand_over_verdicts(l, again);
	hand_over_ordinals(l, again);
}
