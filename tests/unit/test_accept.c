/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/accept.h"

#include "support/unit.h"

enum { TEXT, OPEN };

static const struct accept_form forms[] = {
	[TEXT] = { "text/plain", "0.0.4" },
	[OPEN] = { "application/openmetrics-text", "1.0.0" },
};

#define OM "application/openmetrics-text"

static const struct {
	const char *header;
	size_t wanted;
} rows[] = {
	{ NULL, TEXT },
	{ "", TEXT },
	{ "*/*", TEXT },
	{ "text/plain", TEXT },
	{ "text/*", TEXT },
	{ OM, OPEN },
	{ "APPLICATION/OpenMetrics-Text", OPEN },
	{ "application/*", OPEN },
	{ OM "; version=1.0.0", OPEN },
	{ OM "; version=\"1.0.0\"", OPEN },
	{ OM ";version=1.0.0; charset=utf-8", OPEN },
	/* As Prometheus 2.42 asks, and as later ones do. */
	{ OM ";version=1.0.0," OM ";version=0.0.1;q=0.75,text/plain;version="
	     "0.0.4;q=0.5,*/*;q=0.1",
	  OPEN },
	{ OM ";version=1.0.0;escaping=allow-utf-8;q=0.6," OM
	     ";version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-"
	     "utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
	  OPEN },
	/* By quality, wherever it stands. */
	{ OM ";q=0.5,text/plain;q=0.6", TEXT },
	{ "text/plain;q=0.5," OM ";q=0.501", OPEN },
	{ OM ";q=0,text/plain;q=0.001", TEXT },
	{ OM ";q=0", TEXT },
	{ "text/plain;q=0,*/*", OPEN },
	{ "text/plain;q=0, */*;q=0.1", OPEN },
	/* The most precise range says the quality. */
	{ "*/*;q=1," OM ";q=0.1", TEXT },
	{ OM ";q=0.1," OM ";version=1.0.0;q=1,text/plain;q=0.5", OPEN },
	{ "application/*;q=0.9," OM ";q=0.2,text/plain;q=0.5", TEXT },
	/* Of equal ones the one that was named. */
	{ OM ",*/*", OPEN },
	{ "text/plain," OM, TEXT },
	{ "text/plain;version=0.0.4," OM, TEXT },
	{ "text/plain," OM ";version=1.0.0", OPEN },
	/* Another version is another form. */
	{ OM ";version=0.0.1", TEXT },
	{ OM ";version=2.0.0", TEXT },
	{ OM ";version=2.0.0,text/plain;q=0.1", TEXT },
	/* What is not to be had: something is sent. */
	{ "text/html", TEXT },
	{ "application/json, image/*", TEXT },
	/* What cannot be read is passed over, up to its comma. */
	{ OM ";q=2", TEXT },
	{ OM ";q=0.1234", TEXT },
	{ OM ";q=-1", TEXT },
	{ OM ";q=", TEXT },
	{ OM ";q=1.001,text/plain;q=0.1", TEXT },
	{ ";;;,,=," OM, OPEN },
	{ " \t " OM " \t ; q=1.000 ", OPEN },
	{ "text/plain;x=\"," OM ",\";q=0.1," OM ";q=0.2", OPEN },
	{ "text/plain;x=\"unfinished," OM, TEXT },
	{ "\"", TEXT },
	{ "\\", TEXT },
	{ "text", TEXT },
	{ "application/", TEXT },
	{ "application/openmetrics-text-more", TEXT },
	{ "application/openmetrics", TEXT },
	{ "*/openmetrics-text", TEXT },
};

START_TEST(the_wanted_form_is_chosen)
{
	size_t got = accept_choose(rows[_i].header, forms, COUNT_OF(forms));

	ck_assert_msg(got == rows[_i].wanted, "\"%s\": %zu",
		      rows[_i].header ? rows[_i].header : "none", got);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_wanted_form_is_chosen, COUNT_OF(rows) },
	};

	return unit_run("accept", tests, COUNT_OF(tests));
}
