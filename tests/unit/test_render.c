/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/unit.h"
#include "util/err.h"

static void say(char to[RENDER_TEXT_SIZE], const char *text)
{
	size_t len = strlen(text);

	ck_assert_uint_lt(len, RENDER_TEXT_SIZE);
	memcpy(to, text, len + 1);
}

/* Two areas, a line and a level over a day of five-minute rows. */
static struct render_job *make_job(void)
{
	struct render_job *job = calloc(1, sizeof(*job));

	ck_assert_ptr_nonnull(job);
	job->from_s = 1700006400;
	job->row_s = 300;
	job->rows = 288;
	job->width = 800;
	job->height = 400;
	job->curve_count = 3;
	job->rule_count = 1;
	job->rules[0].level = 3.5e9;
	job->rules[0].rgba = 0xcf222eff;
	job->rules[0].is_dashed = 1;
	job->note_count = 1;
	say(job->rules[0].legend, "95th percentile 3.50 Gbit/s");
	say(job->title, "AS64500 Example");
	say(job->unit, "bit/s");
	say(job->notes[0], "estimated from samples: \xc2\xb1 2 %");
	for (uint32_t i = 0; i < 3; i++) {
		struct render_curve *c = &job->curves[i];

		c->shape = (uint32_t)(i == 0   ? RENDER_AREA
				      : i == 1 ? RENDER_STACK
					       : RENDER_LINE);
		c->rgba = 0x1f883dff + (i << 12);
		c->line_tenths = 15;
		say(c->legend, "AS64500 \xe2\x86\x92 exchange");
		for (uint32_t row = 0; row < job->rows; row++)
			c->values[row] =
			    row % 50 == 49 ? NAN : 1e9 * (1 + sin(row / 40.0));
	}
	return job;
}

static uint32_t big_endian(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

static void check_image(const struct text *png, const struct render_job *job)
{
	ck_assert_uint_gt(png->len, 1000);
	ck_assert_mem_eq(png->data, "\x89PNG\r\n\x1a\n", 8);
	ck_assert_uint_eq(big_endian(png->data + 16), job->width);
	ck_assert_uint_eq(big_endian(png->data + 20), job->height);
	ck_assert_mem_eq(png->data + png->len - 8, "IEND\xae\x42\x60\x82", 8);
}

START_TEST(a_job_becomes_a_png_of_the_size_it_asks_for)
{
	struct render_job *job = make_job();
	static const uint32_t sizes[][2] = {
		{ RENDER_WIDTH_MIN, RENDER_HEIGHT_MIN },
		{ 800, 400 },
		{ RENDER_WIDTH_MAX, RENDER_HEIGHT_MAX },
	};

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct text png;

		text_init(&png);
		job->width = sizes[i][0];
		job->height = sizes[i][1];
		ck_assert_int_eq(render_png(job, &png), 0);
		check_image(&png, job);
		text_fini(&png);
	}
	free(job);
}
END_TEST

START_TEST(what_differs_in_one_value_is_drawn_otherwise)
{
	struct render_job *job = make_job();
	struct text images[3];

	for (size_t i = 0; i < COUNT_OF(images); i++) {
		text_init(&images[i]);
		if (i == 2)
			job->rules[0].level = 1e9;
		ck_assert_int_eq(render_png(job, &images[i]), 0);
	}
	ck_assert_uint_eq(images[0].len, images[1].len);
	ck_assert_mem_eq(images[0].data, images[1].data, images[0].len);
	ck_assert(images[0].len != images[2].len ||
		  memcmp(images[0].data, images[2].data, images[0].len) != 0);
	for (size_t i = 0; i < COUNT_OF(images); i++)
		text_fini(&images[i]);
	free(job);
}
END_TEST

START_TEST(below_zero_dashed_and_with_room_above_is_drawn)
{
	struct render_job *job = make_job();
	struct text png;

	text_init(&png);
	job->goes_below_zero = 1;
	job->top = 1e10;
	job->curves[2].is_dashed = 1;
	for (uint32_t row = 0; row < job->rows; row++)
		job->curves[2].values[row] *= -1;
	ck_assert_int_eq(render_png(job, &png), 0);
	check_image(&png, job);
	job->curves[2].legend[0] = '\0';
	ck_assert_int_eq(render_png(job, &png), 0);
	text_fini(&png);
	free(job);
}
END_TEST

START_TEST(nothing_known_is_drawn_as_well)
{
	struct render_job *job = make_job();
	struct text png;

	text_init(&png);
	job->rule_count = 0;
	job->note_count = 0;
	for (uint32_t i = 0; i < job->curve_count; i++) {
		for (uint32_t row = 0; row < job->rows; row++)
			job->curves[i].values[row] = NAN;
	}
	ck_assert_int_eq(render_png(job, &png), 0);
	check_image(&png, job);
	text_fini(&png);
	free(job);
}
END_TEST

/* Texts that would say something to librrd, to its printf or to pango. */
static const char *const hostile[] = {
	"a\\ga\\r\\n\\l\\",
	":STACK:dashes=1,2:",
	"%s%n%lf %%",
	"<span size='90000'>&lt;</span><b>",
	"--pango-markup",
	"\xff\xfe\xc0\xaf\xe2\x28",
	"\xe2\x80\xae"
	"evil"
	"\xe2\x80\x8b",
	"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd8\xa7",
	"tab\tline\nbell\a",
	"",
};

START_TEST(hostile_texts_are_drawn_as_texts)
{
	struct render_job *job = make_job();
	struct text png;

	text_init(&png);
	say(job->title, hostile[_i]);
	say(job->unit, hostile[_i]);
	say(job->notes[0], hostile[_i]);
	say(job->rules[0].legend, hostile[_i]);
	for (uint32_t i = 0; i < job->curve_count; i++)
		say(job->curves[i].legend, hostile[_i]);
	ck_assert_int_eq(render_png(job, &png), 0);
	check_image(&png, job);
	text_fini(&png);
	free(job);
}
END_TEST

static const struct {
	const char *from;
	const char *to;
} cleaned[] = {
	{ "AS64500 Soci\xc3\xa9t\xc3\xa9", "AS64500 Soci\xc3\xa9t\xc3\xa9" },
	{ "a:b\\c", "a\\:b/c" },
	{ "\x1b[31m\r\n", "?[31m??" },
	{ "\xc0\xaf\xed\xa0\x80", "???" },
	{ "x\xe2\x80\xaey\xef\xbb\xbf", "x?y?" },
	{ "cut \xe2\x86", "cut ??" },
};

START_TEST(texts_are_cleaned_of_what_is_not_printed)
{
	struct text out;

	text_init(&out);
	render_add_text(&out, cleaned[_i].from, true);
	ck_assert_str_eq(text_str(&out), cleaned[_i].to);
	text_fini(&out);
}
END_TEST

START_TEST(a_long_text_is_cut)
{
	char from[RENDER_TEXT_SIZE];
	struct text out;

	memset(from, 'x', sizeof(from));
	from[sizeof(from) - 1] = '\0';
	text_init(&out);
	render_add_text(&out, from, true);
	ck_assert_uint_eq(out.len, RENDER_CHARACTERS_MAX + 3);
	text_fini(&out);
}
END_TEST

static void no_rows(struct render_job *job)
{
	job->rows = 0;
}

static void many_rows(struct render_job *job)
{
	job->rows = RENDER_ROWS_MAX + 1;
}

static void odd_start(struct render_job *job)
{
	job->from_s = -job->from_s;
}

static void no_step(struct render_job *job)
{
	job->row_s = 0;
}

static void wide(struct render_job *job)
{
	job->width = RENDER_WIDTH_MAX + 1;
}

static void low(struct render_job *job)
{
	job->height = RENDER_HEIGHT_MIN - 1;
}

static void no_curve(struct render_job *job)
{
	job->curve_count = 0;
}

static void many_curves(struct render_job *job)
{
	job->curve_count = UINT32_MAX;
}

static void many_notes(struct render_job *job)
{
	job->note_count = RENDER_NOTES_MAX + 1;
}

static void odd_shape(struct render_job *job)
{
	job->curves[0].shape = RENDER_SHAPE_COUNT;
}

static void stack_on_nothing(struct render_job *job)
{
	job->curves[0].shape = RENDER_STACK;
}

static void endless_text(struct render_job *job)
{
	memset(job->title, 'x', sizeof(job->title));
}

static void endless_note(struct render_job *job)
{
	memset(job->notes[0], 'x', sizeof(job->notes[0]));
}

static void infinite(struct render_job *job)
{
	job->curves[1].values[5] = INFINITY;
}

static void infinite_level(struct render_job *job)
{
	job->rules[0].level = NAN;
}

static void many_rules(struct render_job *job)
{
	job->rule_count = RENDER_RULES_MAX + 1;
}

static void endless_top(struct render_job *job)
{
	job->top = INFINITY;
}

static void odd_marks(struct render_job *job)
{
	say(job->time_marks, "MINUTE:10\"");
}

static void (*const broken[])(struct render_job *) = {
	no_rows,      many_rows,   odd_start,	     no_step,
	wide,	      low,	   no_curve,	     many_curves,
	many_notes,   odd_shape,   stack_on_nothing, endless_text,
	endless_note, infinite,	   odd_marks,	     infinite_level,
	many_rules,   endless_top,
};

START_TEST(a_job_out_of_range_is_refused)
{
	struct render_job *job = make_job();
	struct text png;

	text_init(&png);
	broken[_i](job);
	ck_assert_int_eq(render_png(job, &png), ERR_RANGE);
	ck_assert_uint_eq(png.len, 0);
	text_fini(&png);
	free(job);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_job_becomes_a_png_of_the_size_it_asks_for, 0 },
		{ what_differs_in_one_value_is_drawn_otherwise, 0 },
		{ below_zero_dashed_and_with_room_above_is_drawn, 0 },
		{ nothing_known_is_drawn_as_well, 0 },
		{ hostile_texts_are_drawn_as_texts, COUNT_OF(hostile) },
		{ texts_are_cleaned_of_what_is_not_printed, COUNT_OF(cleaned) },
		{ a_long_text_is_cut, 0 },
		{ a_job_out_of_range_is_refused, COUNT_OF(broken) },
	};

	return unit_run("render", tests, COUNT_OF(tests));
}
