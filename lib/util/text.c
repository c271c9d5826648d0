/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

/* Get room for extra more bytes and the NUL; false when there is none. */
static bool grow(struct text *t, size_t extra)
{
	size_t wanted;
	size_t capacity = t->capacity ? t->capacity : FIRST_CAPACITY;
	char *data;

	if (t->failed || __builtin_add_overflow(t->len, extra, &wanted) ||
	    __builtin_add_overflow(wanted, 1, &wanted)) {
		t->failed = true;
		return false;
	}
	while (capacity < wanted) {
		if (__builtin_mul_overflow(capacity, 2, &capacity))
			capacity = wanted;
	}
	data = realloc(t->data, capacity);
	if (!data) {
		t->failed = true;
		return false;
	}
	t->data = data;
	t->capacity = capacity;
	return true;
}

/* See that there is such room; nearly always there is. */
static inline bool reserve(struct text *t, size_t extra)
{
	return (!t->failed && extra < t->capacity - t->len) || grow(t, extra);
}

void text_init(struct text *t)
{
	*t = (struct text){ 0 };
}

void text_init_like(struct text *t, const struct text *other)
{
	*t = (struct text){ .language = other->language };
}

void text_fini(struct text *t)
{
	free(t->data);
	text_init_like(t, t);
}

void text_clear(struct text *t)
{
	t->len = 0;
	t->failed = false;
	if (t->data)
		t->data[0] = '\0';
}

void text_add_bytes(struct text *t, const void *bytes, size_t len)
{
	if (!reserve(t, len))
		return;
	if (len) /* bytes may be NULL otherwise */
		memcpy(t->data + t->len, bytes, len);
	t->len += len;
	t->data[t->len] = '\0';
}

void text_add(struct text *t, const char *string)
{
	text_add_bytes(t, string, strlen(string));
}

void text_add_char(struct text *t, char c)
{
	if (!reserve(t, 1))
		return;
	t->data[t->len++] = c;
	t->data[t->len] = '\0';
}

/*
 * Printed at once into the room there is; only what does not fit is printed
 * a second time.
 */
void text_addf(struct text *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_addv(t, format, arguments);
	va_end(arguments);
}

void text_addv(struct text *t, const char *format, va_list arguments)
{
	va_list again;
	size_t room;
	int wanted;

	if (!reserve(t, 0))
		return;
	room = t->capacity - t->len;
	va_copy(again, arguments);
	wanted = vsnprintf(t->data + t->len, room, format, arguments);
	if (wanted < 0 || !reserve(t, (size_t)wanted)) {
		t->data[t->len] = '\0'; /* no part of it stays */
		t->failed = true;
		va_end(again);
		return;
	}
	if ((size_t)wanted >= room)
		(void)vsnprintf(t->data + t->len, (size_t)wanted + 1, format,
				again);
	va_end(again);
	t->len += (size_t)wanted;
}

static size_t count_digits(uint64_t number)
{
	uint64_t power = 10;
	size_t n = 1;

	while (n < TEXT_U64_SIZE && number >= power) {
		power *= 10;
		n++;
	}
	return n;
}

/* Two digits at a time, from the end: graphs are thousands of numbers. */
char *text_put_u64(char *to, uint64_t number)
{
	static const char pairs[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";
	char *end = to + count_digits(number);
	char *at = end;

	while (number >= 100) {
		at -= 2;
		memcpy(at, pairs + number % 100 * 2, 2);
		number /= 100;
	}
	if (number >= 10)
		memcpy(at - 2, pairs + number * 2, 2);
	else
		at[-1] = (char)('0' + number);
	return end;
}

void text_add_u64(struct text *t, uint64_t number)
{
	char digits[TEXT_U64_SIZE];

	text_add_bytes(t, digits,
		       (size_t)(text_put_u64(digits, number) - digits));
}

void text_add_quoted(struct text *t, const char *bytes, size_t len,
		     size_t limit)
{
	size_t shown = len < limit ? len : limit;

	/* not through the middle of a UTF-8 sequence */
	while (shown > 0 && shown < len &&
	       ((unsigned char)bytes[shown] & 0xc0) == 0x80)
		shown--;
	for (size_t i = 0; i < shown; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c < 0x20 || c == 0x7f || c == '\\' || c == '"')
			text_addf(t, "\\x%02x", c);
		else
			text_add_char(t, (char)c);
	}
	if (shown < len)
		text_add(t, "...");
}

bool text_ok(const struct text *t)
{
	return !t->failed;
}

const char *text_str(const struct text *t)
{
	return t->data ? t->data : "";
}

char *text_steal(struct text *t)
{
	char *string = NULL;

	if (reserve(t, 0)) {
		t->data[t->len] = '\0';
		string = t->data;
		t->data = NULL;
	}
	text_fini(t);
	return string;
}
