/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A map of history: each source that is taken is found again. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/history_map.h"
#include "store/series_parse.h"

enum { TEXT_MAX_SIZE = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char text[TEXT_MAX_SIZE];
	struct history_map map;
	struct diagnostics d;
	char name[SERIES_FILE_SIZE];
	int rc;

	if (len > sizeof(text))
		return 0;
	if (len > 0)
		memcpy(text, data, len);
	diagnostics_init(&d);
	rc = history_map_read(&map, text, len, "map", &d);
	assert((rc == 0) == (d.errors == 0));
	for (size_t i = 0; rc == 0 && i < map.count; i++) {
		const struct history_entry *e = &map.entries[i];

		assert(history_map_find(&map, e->source) == e);
		assert(e->passed_over || series_print(name, &e->series) == 0);
	}
	history_map_fini(&map);
	diagnostics_fini(&d);
	return 0;
}
