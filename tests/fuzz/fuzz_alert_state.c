/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The state of alerts: what is accepted is written down as it was read. */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "util/err.h"
#include "web/report/alert_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void write_down(const struct alert_state *state)
{
	struct alert_state again;
	struct text first;
	struct text second;

	text_init(&first);
	text_init(&second);
	alert_state_add(&first, state);
	assert(text_ok(&first));
	assert(alert_state_parse(&again, text_str(&first), first.len) == 0);
	assert(again.standing.count == state->standing.count);
	alert_state_add(&second, &again);
	assert(text_ok(&second) && second.len == first.len);
	assert(memcmp(text_str(&first), text_str(&second), first.len) == 0);
	alert_state_fini(&again);
	text_fini(&first);
	text_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct alert_state state;
	int rc = alert_state_parse_json(&state, (const char *)data, len);

	/* By chance no input has the right checksum. */
	assert(alert_state_parse(&(struct alert_state){ .at_s = 0 },
				 (const char *)data, len) == ERR_MALFORMED);
	assert(rc == 0 || rc == ERR_MALFORMED || rc == ERR_UNSUPPORTED);
	if (rc < 0)
		return 0;
	write_down(&state);
	alert_state_fini(&state);
	return 0;
}
