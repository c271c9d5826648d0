/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/strays.h"

#include <stdbool.h>
#include <string.h>

#include "store/switch_list.h"

static bool is_configured(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->switch_count; i++) {
		if (strcmp(c->switches[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool has_files(const struct switch_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->names[i], name) == 0)
			return true;
	}
	return false;
}

/* The only configured switch that has no files yet, or a word for it. */
static const char *likely_name(const struct config *c,
			       const struct switch_list *list)
{
	const char *found = NULL;

	for (size_t i = 0; i < c->switch_count; i++) {
		if (has_files(list, c->switches[i].name))
			continue;
		if (found)
			return "NEW";
		found = c->switches[i].name;
	}
	return found ? found : "NEW";
}

int strays_warn(const struct config *config, struct diagnostics *d)
{
	const struct place file = { .path = config->path };
	struct switch_list list;
	int rc = switch_list_read(&list, config->state_dir);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < list.count; i++) {
		const char *old = list.names[i];
		const char *new;

		if (is_configured(config, old))
			continue;
		new = likely_name(config, &list);
		diagnostics_warning(
		    d, file,
		    "found files of the switch \"%s\" under %s/rrd, expected "
		    "it under switches: its history stays there; if it is "
		    "called %s now, stop the collector and there: mv "
		    "switch/%s.rrd switch/%s.rrd; mv agent/%s.rrd "
		    "agent/%s.rrd; mv port/%s port/%s (and so in copies/rrd)",
		    old, config->state_dir, new, old, new, old, new, old, new);
	}
	switch_list_fini(&list);
	return 0;
}
