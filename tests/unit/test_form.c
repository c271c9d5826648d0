/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/form.h"

#include <string.h>

#include "support/unit.h"
#include "util/err.h"
#include "util/text.h"

static const struct {
	const char *body;
	int rc;
	size_t count;
	const char *a; /* the value of a field "a" */
} bodies[] = {
	{ "", 0, 0, "" },
	{ "a=1", 0, 1, "1" },
	{ "a=1&b=2", 0, 2, "1" },
	{ "&&a=1&", 0, 1, "1" },
	{ "a", 0, 1, "" },
	{ "a=", 0, 1, "" },
	{ "a=b=c", 0, 1, "b=c" },
	{ "a=x+y%2Bz", 0, 1, "x y+z" },
	{ "a=%C3%A9", 0, 1, "\xc3\xa9" },
	{ "%61=1", 0, 1, "1" },
	{ "a=%2F%26%3D", 0, 1, "/&=" },
	{ "a=1&a=2", ERR_MALFORMED, 0, NULL },
	{ "a=1&%61=2", ERR_MALFORMED, 0, NULL },
	{ "a=%", ERR_MALFORMED, 0, NULL },
	{ "a=%4", ERR_MALFORMED, 0, NULL },
	{ "a=%zz", ERR_MALFORMED, 0, NULL },
	{ "a=%00", ERR_MALFORMED, 0, NULL },
	{ "a=%0d%0a", ERR_MALFORMED, 0, NULL },
	{ "a=\x01", ERR_MALFORMED, 0, NULL },
};

START_TEST(a_body_has_fields_or_is_refused)
{
	struct form form;

	ck_assert_int_eq(
	    form_parse(&form, bodies[_i].body, strlen(bodies[_i].body)),
	    bodies[_i].rc);
	if (bodies[_i].rc == 0) {
		ck_assert_uint_eq(form.count, bodies[_i].count);
		ck_assert_str_eq(form_field(&form, "a"), bodies[_i].a);
		ck_assert_str_eq(form_field(&form, "none"), "");
	}
	form_fini(&form);
}
END_TEST

START_TEST(too_much_is_refused)
{
	static char body[FORM_SIZE_MAX + 1];
	struct form form;
	struct text many;

	memset(body, 'x', sizeof(body));
	ck_assert_int_eq(form_parse(&form, body, FORM_SIZE_MAX), 0);
	ck_assert_int_eq(form_parse(&form, body, sizeof(body)), ERR_RANGE);
	body[10] = '\0';
	ck_assert_int_eq(form_parse(&form, body, 20), ERR_MALFORMED);
	text_init(&many);
	for (int i = 0; i < FORM_FIELDS_MAX + 1; i++)
		text_addf(&many, "f%d=1&", i);
	ck_assert_int_eq(form_parse(&form, many.data, many.len), ERR_MALFORMED);
	text_fini(&many);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_body_has_fields_or_is_refused, COUNT_OF(bodies) },
		{ too_much_is_refused, 0 },
	};

	return unit_run("form", tests, COUNT_OF(tests));
}
