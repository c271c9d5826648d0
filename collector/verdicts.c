/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/verdicts.h"

#include <errno.h>
#include <string.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

enum { FILE_MAX = 1 << 20 };

static void take_line(struct intake *in, const char *name, const char *word)
{
	const struct config *c = in->registry->config;

	for (size_t i = 0; i < c->switch_count; i++) {
		struct switch_state *s = &in->agents.switches[i];

		if (strcmp(c->switches[i].name, name) != 0 || !s->undecided)
			continue;
		/* "ingress": before both were combined */
		if (strcmp(word, "both") == 0 || strcmp(word, "ingress") == 0)
			s->counted = COUNTED_BOTH;
		else if (strcmp(word, "any") != 0)
			return;
		s->undecided = false;
	}
}

void verdicts_read(struct intake *in, const char *path)
{
	struct text text;
	char *rest;
	int rc;

	text_init(&text);
	rc = file_read(path, FILE_MAX, &text);
	if (rc < 0 && rc != -ENOENT)
		log_warning("collector: cannot read: %s: %s", path,
			    err_str(rc));
	rest = rc < 0 ? NULL : text.data;
	while (rest) {
		char *line = strsep(&rest, "\n");
		char *name = strsep(&line, " ");

		if (line)
			take_line(in, name, line);
	}
	text_fini(&text);
}

void verdicts_write(struct text *out, const struct intake *in)
{
	const struct config *c = in->registry->config;

	for (size_t i = 0; i < c->switch_count; i++) {
		const struct switch_state *s = &in->agents.switches[i];

		if (c->switches[i].direction == CONFIG_DIRECTION_AUTO &&
		    !s->undecided)
			text_addf(out, "%s %s\n", c->switches[i].name,
				  s->counted == COUNTED_BOTH ? "both" : "any");
	}
}
