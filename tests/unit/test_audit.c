/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"

static const unsigned char key[SECRET_BYTES] = { 1, 2, 3 };

static char *dir;
static char path[200];

static void setup(void)
{
	dir = tempdir_new();
	(void)snprintf(path, sizeof(path), "%s/audit.log", dir);
}

static void teardown(void)
{
	tempdir_remove(dir);
}

static struct audit *open_log(size_t most)
{
	struct audit *log;
	struct text problem;

	text_init(&problem);
	ck_assert_msg(audit_open(&log, path, key, most, &problem) == 0, "%s",
		      text_str(&problem));
	text_fini(&problem);
	return log;
}

static void add(struct audit *log, const char *user)
{
	const struct ipaddr from = { .version = 4, .bytes = { 192, 0, 2, 1 } };

	audit_add(log, &(struct audit_event){ .at_s = 1700000000.5,
					      .what = "login",
					      .user = user,
					      .from = &from });
}

static int check(uint64_t *lines)
{
	struct text problem;
	int rc;

	text_init(&problem);
	rc = audit_check(path, key, lines, &problem);
	ck_assert(rc == 0 || problem.len > 0);
	text_fini(&problem);
	return rc;
}

static void write_log(void)
{
	struct audit *log = open_log(AUDIT_FILE_MAX);

	add(log, "alice");
	add(log, "bob");
	audit_close(log);
	log = open_log(AUDIT_FILE_MAX);
	add(log, "carol");
	audit_close(log);
}

static void read_log(struct text *out)
{
	text_init(out);
	ck_assert_int_eq(file_read(path, 1 << 20, out), 0);
}

START_TEST(a_chain_goes_on_from_one_start_to_the_next)
{
	struct text content;
	uint64_t lines;

	write_log();
	ck_assert_int_eq(check(&lines), 0);
	ck_assert_uint_eq(lines, 4);
	read_log(&content);
	ck_assert_ptr_nonnull(
	    strstr(text_str(&content),
		   "{\"at\":1700000000.500,\"what\":\"login\",\"user\":"
		   "\"alice\",\"from\":\"192.0.2.1\",\"mac\":\""));
	text_fini(&content);
}
END_TEST

START_TEST(any_changed_byte_is_found)
{
	struct text content;
	uint64_t lines;

	write_log();
	read_log(&content);
	for (size_t i = 0; i < content.len; i++) {
		content.data[i] ^= 1;
		ck_assert_int_eq(file_replace(path, content.data, content.len),
				 0);
		ck_assert_int_eq(check(&lines), ERR_MALFORMED);
		content.data[i] ^= 1;
	}
	text_fini(&content);
}
END_TEST

/* A line taken out, doubled, or two exchanged. */
START_TEST(another_order_is_found)
{
	struct text content;
	struct text other;
	const char *at[5];
	uint64_t lines;
	static const int orders[][5] = { { 0, 2, 3, -1 },    { 1, 2, 3, -1 },
					 { 0, 1, 1, 2, 3 },  { 0, 2, 1, 3, -1 },
					 { 1, 0, 2, 3, -1 }, { 0, 1, 3, -1 } };

	write_log();
	read_log(&content);
	at[0] = text_str(&content);
	for (int i = 1; i < 5; i++)
		at[i] = strchr(at[i - 1], '\n') + 1;
	text_init(&other);
	for (int i = 0; i < 5 && orders[_i][i] >= 0; i++) {
		int line = orders[_i][i];

		text_add_bytes(&other, at[line],
			       (size_t)(at[line + 1] - at[line]));
	}
	ck_assert_int_eq(file_replace(path, other.data, other.len), 0);
	ck_assert_int_eq(check(&lines), ERR_MALFORMED);
	text_fini(&other);
	text_fini(&content);
}
END_TEST

START_TEST(another_key_does_not_check)
{
	static const unsigned char other[SECRET_BYTES] = { 9 };
	struct text problem;
	uint64_t lines;

	write_log();
	text_init(&problem);
	ck_assert_int_eq(audit_check(path, other, &lines, &problem),
			 ERR_MALFORMED);
	text_fini(&problem);
}
END_TEST

START_TEST(what_a_user_is_called_makes_no_line)
{
	static const char *const names[] = {
		"a\n{\"what\":\"login\"}",
		"a\r\nb",
		"\033[31m",
		"a\"b\\c",
		"\xff\xfe",
		"",
		"a\tb",
		"\x7f",
	};
	struct audit *log = open_log(AUDIT_FILE_MAX);
	char name[5000];
	uint64_t lines;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < COUNT_OF(names); i++)
		add(log, names[i]);
	add(log, name);
	audit_close(log);
	ck_assert_int_eq(check(&lines), 0);
	ck_assert_uint_eq(lines, COUNT_OF(names) + 2);
}
END_TEST

START_TEST(a_line_that_was_never_ended_is_dropped)
{
	struct text content;
	struct audit *log;
	uint64_t lines;

	write_log();
	read_log(&content);
	/* As power went in the middle of a line. */
	ck_assert_int_eq(file_replace(path, content.data, content.len - 10), 0);
	log = open_log(AUDIT_FILE_MAX);
	add(log, "dave");
	audit_close(log);
	ck_assert_int_eq(check(&lines), 0);
	ck_assert_uint_eq(lines, 4);
	text_fini(&content);
}
END_TEST

START_TEST(a_changed_one_is_put_aside_and_a_new_one_begins)
{
	struct text content;
	struct audit *log;
	uint64_t lines;

	write_log();
	read_log(&content);
	content.data[100] ^= 1;
	ck_assert_int_eq(file_replace(path, content.data, content.len - 10), 0);
	log = open_log(AUDIT_FILE_MAX);
	add(log, "dave");
	audit_close(log);
	ck_assert_int_eq(check(&lines), 0);
	ck_assert_uint_eq(lines, 2);
	text_fini(&content);
}
END_TEST

START_TEST(a_full_file_is_followed_by_another)
{
	struct audit *log = open_log(1000);
	struct text old;
	struct text new;
	char old_path[220];
	uint64_t lines;

	for (int i = 0; i < 9; i++)
		add(log, "alice");
	audit_close(log);
	(void)snprintf(old_path, sizeof(old_path), "%s.1", path);
	/* All of them, each of which goes on from the one before. */
	ck_assert_int_eq(check(&lines), 0);
	ck_assert_uint_ge(lines, 9 + 2);
	text_init(&old);
	ck_assert_int_eq(file_read(old_path, 1 << 20, &old), 0);
	read_log(&new);
	/* It says which line it follows. */
	ck_assert_int_eq(strncmp(text_str(&new) + strlen("{\"follows\":\""),
				 text_str(&old) + old.len - 67, 64),
			 0);
	/* One that is gone is missed. */
	ck_assert_int_eq(file_replace(old_path, text_str(&new), new.len), 0);
	ck_assert_int_eq(check(&lines), ERR_MALFORMED);
	text_fini(&old);
	text_fini(&new);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_chain_goes_on_from_one_start_to_the_next, 0 },
		{ any_changed_byte_is_found, 0 },
		{ another_order_is_found, 5 },
		{ another_key_does_not_check, 0 },
		{ what_a_user_is_called_makes_no_line, 0 },
		{ a_line_that_was_never_ended_is_dropped, 0 },
		{ a_changed_one_is_put_aside_and_a_new_one_begins, 0 },
		{ a_full_file_is_followed_by_another, 0 },
	};

	return unit_run_with("audit", setup, teardown, tests, COUNT_OF(tests));
}
