/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A log of MRTG's: whatever it says, rows end where their times do. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/mrtg_log.h"

enum { TEXT_MAX_SIZE = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const size_t columns[2] = { PORT_IN_OCTETS, PORT_OUT_OCTETS };
	static char text[TEXT_MAX_SIZE + 1];
	struct history h;
	const char *fault;

	if (len > TEXT_MAX_SIZE)
		len = TEXT_MAX_SIZE;
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	history_init(&h, series_layout(SERIES_PORT));
	if (mrtg_log_add(text, len, &h, columns, &fault) == 0)
		assert(history_start(&h) <= history_end(&h));
	for (size_t i = 0; i < h.part_count; i++)
		assert(h.parts[i].from_s % h.parts[i].row_s == 0);
	history_fini(&h);
	return 0;
}
