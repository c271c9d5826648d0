/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/graph.h"

#include <math.h>
#include <string.h>

#include "support/unit.h"

/* What stands below average and total of 1 TB that may be so far off. */
static const struct {
	const char *rule;
	double ci95_bytes;
	const char *below; /* NULL: nothing */
	double total;
	bool has_variance;
	bool is_exact;
} errors[] = {
	{ "an estimate says how far it may be off", 12e9,
	  "\xc2\xb1"
	  "1.2 %",
	  1e12, true, false },
	{ "what is nearly sure is not quite", 1e6,
	  "\xc2\xb1"
	  "0.1 %",
	  1e12, true, false },
	{ "a few samples may be off by more than all", 1.96e12,
	  "\xc2\xb1"
	  "196.0 %",
	  1e12, true, false },
	{ "a mirror has all there is", 0,
	  "\xc2\xb1"
	  "0.0 %",
	  1e12, true, false },
	{ "counters are exact", 12e9, NULL, 1e12, true, true },
	{ "what has no variance says nothing", NAN, NULL, 1e12, false, false },
	{ "nothing cannot be off by a share of it", 0, NULL, 0, true, false },
	{ "what is unknown cannot either", 0, NULL, NAN, true, false },
};

static size_t times(const char *text, const char *wanted)
{
	size_t n = 0;

	for (; (text = strstr(text, wanted)); text += strlen(wanted))
		n++;
	return n;
}

START_TEST(average_and_total_say_how_sure_they_are)
{
	struct view v = { .is_exact = errors[_i].is_exact };
	struct subject subject;
	struct text wanted;
	struct text out;

	v.traffic.has_variance = errors[_i].has_variance;
	v.statistics[WAY_FROM][BAND_TOTAL].total = errors[_i].total;
	v.ci95_bytes[WAY_FROM] = errors[_i].ci95_bytes;
	subject_of_exchange(&subject, NULL);
	text_init(&wanted);
	text_init(&out);
	text_addf(&wanted, "<small class=\"below\">%s</small></td>",
		  errors[_i].below ? errors[_i].below : "");
	graph_add_table(&out, &subject, &v);
	ck_assert_msg(times(text_str(&out), "class=\"below\"") ==
			  (errors[_i].below ? 2 : 0),
		      "%s: %s", errors[_i].rule, text_str(&out));
	ck_assert_msg(times(text_str(&out), text_str(&wanted)) ==
			  (errors[_i].below ? 2 : 0),
		      "%s: %s", errors[_i].rule, text_str(&out));
	text_fini(&out);
	text_fini(&wanted);
	subject_fini(&subject);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ average_and_total_say_how_sure_they_are, COUNT_OF(errors) },
	};

	return unit_run("graph", tests, COUNT_OF(tests));
}
