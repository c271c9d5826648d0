/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RENDER_H
#define LANTERNE_STORE_RENDER_H

/*
 * render — a graph as a PNG, drawn by librrd.
 *
 * Only for a process that has one thread and nothing else to do: librrd's
 * drawing is not safe in several, leaks about a kilobyte each time, and reads
 * what fonts there are. A job is a value without pointers, so it crosses a
 * socket as it is; nothing in it is believed.
 *
 * The rows are those of the page, not a file's: totals by interface counters
 * and sums of several files stand in none, and what librrd works out itself it
 * works out of columns (its 95th percentile of a month is a third too low). So
 * it gets rows through its callback, and every figure as a text.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"

enum {
	RENDER_ROWS_MAX = 512,
	RENDER_CURVES_MAX = 16,
	RENDER_NOTES_MAX = 8,
	RENDER_RULES_MAX = 4,
	RENDER_TEXT_SIZE = 320, /* of a text, with its NUL */
	RENDER_CHARACTERS_MAX = 140,
	RENDER_WIDTH_MIN = 320, /* of the image, pixels */
	RENDER_WIDTH_MAX = 2000,
	RENDER_HEIGHT_MIN = 240,
	RENDER_HEIGHT_MAX = 1200,
	RENDER_PNG_MAX = 8 << 20, /* bytes */
};

enum render_shape {
	RENDER_AREA,  /* down to the base line */
	RENDER_STACK, /* an area on top of the curve before it */
	RENDER_LINE,
	RENDER_SHAPE_COUNT,
};

struct render_curve {
	uint32_t shape;	      /* an enum render_shape */
	uint32_t rgba;	      /* 0xRRGGBBAA; 0: only to be stacked upon */
	uint32_t line_tenths; /* of a pixel, of a line */
	uint32_t is_maximum;  /* of what shares a pixel the most, no mean */
	uint32_t ends_line;   /* the next legend begins a new one */
	uint32_t is_dashed;   /* a line */
	char legend[RENDER_TEXT_SIZE];	/* beside a swatch; "": none */
	double values[RENDER_ROWS_MAX]; /* NaN: unknown */
};

/* A level drawn across. */
struct render_rule {
	double level;
	uint32_t rgba;
	uint32_t is_dashed;
	char legend[RENDER_TEXT_SIZE];
};

/* What is to be drawn. Texts are UTF-8. */
struct render_job {
	int64_t from_s; /* start of the first row */
	uint32_t row_s;
	uint32_t rows;
	uint32_t width; /* of the whole image, pixels */
	uint32_t height;
	uint32_t curve_count;
	uint32_t note_count;
	uint32_t rule_count;
	uint32_t goes_below_zero;
	double top; /* the axis reaches at least this; 0: what is drawn */
	char time_marks[RENDER_TEXT_SIZE]; /* as --x-grid takes them; "": its
					    * own choice */
	char title[RENDER_TEXT_SIZE];
	char unit[RENDER_TEXT_SIZE]; /* of the upright axis: "bit/s" */
	char notes[RENDER_NOTES_MAX][RENDER_TEXT_SIZE]; /* a line each */
	struct render_rule rules[RENDER_RULES_MAX];
	struct render_curve curves[RENDER_CURVES_MAX];
};

/**
 * Draw a job.
 *
 * @param png  gets the image; what it held stays before it
 * @return 0; ERR_RANGE (what is in the job is out of range), ERR_STORE (librrd
 *         refused, the log says why), -ENOMEM
 */
MUST_CHECK int render_png(const struct render_job *job, struct text *png);

/**
 * Append a text as librrd may have it: valid UTF-8, printable, of
 * RENDER_CHARACTERS_MAX characters at most, without a backslash, and each
 * colon behind one if colons are said to separate.
 */
void render_add_text(struct text *out, const char *from, bool colons_separate);

#endif
