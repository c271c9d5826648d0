/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A list of ordinals: what is accepted prints to what reads back the same. */

#include <assert.h>
#include <string.h>

#include "ixp/ordinals.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void round_trip(const struct ordinals *o, struct diagnostics *d)
{
	struct ordinals again;
	struct text first;
	struct text second;

	text_init(&first);
	text_init(&second);
	ordinals_print(o, &first);
	assert(ordinals_parse(&again, "o", &first, d) == 0);
	ordinals_print(&again, &second);
	assert(strcmp(text_str(&first), text_str(&second)) == 0);
	ordinals_free(&again);
	text_fini(&first);
	text_fini(&second);
}

/* Everybody known gets what is known, whatever else there is. */
static void assign(struct ordinals *o)
{
	struct ordinal_key keys[4];
	uint16_t numbers[4];
	struct ordinal_group group = { 64500, 100, keys, numbers, 0 };

	for (size_t i = 0; i < o->count && group.count < 4; i++) {
		if (o->all[i].asn == group.asn && o->all[i].vlan == group.vlan)
			keys[group.count++] = o->all[i].key;
	}
	if (ordinals_assign(o, &group) < 0)
		return;
	for (size_t i = 0; i < group.count; i++) {
		assert(numbers[i] != 0);
		for (size_t k = 0; k < i; k++)
			assert(numbers[i] != numbers[k]);
	}
	ordinals_settle(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ordinals o;
	struct diagnostics d;
	struct text text;
	int rc;

	diagnostics_init(&d);
	text_init(&text);
	text_add_bytes(&text, (const char *)data, len);
	rc = ordinals_parse(&o, "o", &text, &d);
	assert(rc == 0 || (rc == ERR_CONFIG && d.errors > 0));
	if (rc == 0) {
		round_trip(&o, &d);
		assign(&o);
		round_trip(&o, &d);
		ordinals_free(&o);
	}
	text_fini(&text);
	diagnostics_fini(&d);
	return 0;
}
