/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/err.h"
#include "util/file.h"
#include "util/json_write.h"
#include "util/log.h"

enum {
	READ_MAX = AUDIT_FILE_MAX + (64 << 10),
	VALUE_MAX = 200, /* bytes of a value that are kept */
	TAIL = sizeof(",\"mac\":\"\"}") - 1 + DIGEST_TEXT_SIZE - 1,
};

/* How the last field begins. */
static const char mac_key[] = ",\"mac\":\"";

struct audit {
	char *path;
	unsigned char key[SECRET_BYTES];
	off_t most;
	pthread_mutex_t lock; /* guards what follows */
	char last[DIGEST_TEXT_SIZE];
	int fd;
	off_t size;
};

/* The chain begins with a line that is nobody's. */
static void first_mac(char to[DIGEST_TEXT_SIZE])
{
	memset(to, '0', DIGEST_TEXT_SIZE - 1);
	to[DIGEST_TEXT_SIZE - 1] = '\0';
}

/* The HMAC of a line without its last field, behind the one before. */
static void sign(const unsigned char key[SECRET_BYTES], const char *last,
		 const char *line, size_t len, char to[DIGEST_TEXT_SIZE])
{
	struct text both;

	text_init(&both);
	text_add(&both, last);
	text_add_bytes(&both, line, len);
	digest_sign(key, text_str(&both), both.len, to);
	text_fini(&both);
}

/* Whether a line, without its newline, follows from the one before; last
 * becomes its own. A line that begins a file may follow from any. */
static bool follows(const unsigned char key[SECRET_BYTES], const char *line,
		    size_t len, char last[DIGEST_TEXT_SIZE])
{
	char wanted[DIGEST_TEXT_SIZE];
	char found[DIGEST_TEXT_SIZE];
	const char *tail = line + len - TAIL;

	if (len <= TAIL || memcmp(tail, mac_key, sizeof(mac_key) - 1) != 0 ||
	    memcmp(line + len - 2, "\"}", 2) != 0)
		return false;
	memcpy(found, tail + sizeof(mac_key) - 1, DIGEST_TEXT_SIZE - 1);
	found[DIGEST_TEXT_SIZE - 1] = '\0';
	sign(key, last, line, len - TAIL, wanted);
	memcpy(last, found, sizeof(found));
	return secret_equal(wanted, found);
}

/* A line that says where a file's chain goes on from. */
static bool read_start(const char *line, size_t len,
		       char last[DIGEST_TEXT_SIZE])
{
	static const char key[] = "{\"follows\":\"";
	size_t skip = sizeof(key) - 1;

	if (len < skip + DIGEST_TEXT_SIZE || strncmp(line, key, skip) != 0)
		return false;
	memcpy(last, line + skip, DIGEST_TEXT_SIZE - 1);
	last[DIGEST_TEXT_SIZE - 1] = '\0';
	return true;
}

static int check_lines(const struct text *content,
		       const unsigned char key[SECRET_BYTES], uint64_t *lines,
		       char last[DIGEST_TEXT_SIZE])
{
	const char *at = text_str(content);
	const char *end = at + content->len;

	first_mac(last);
	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		size_t len;

		if (!line_end)
			return ERR_MALFORMED;
		len = (size_t)(line_end - at);
		if (*lines == 0 && !read_start(at, len, last))
			return ERR_MALFORMED;
		if (!follows(key, at, len, last))
			return ERR_MALFORMED;
		++*lines;
		at = line_end + 1;
	}
	return 0;
}

static int check(const char *path, const unsigned char key[SECRET_BYTES],
		 uint64_t *lines, char last[DIGEST_TEXT_SIZE],
		 struct text *problem)
{
	struct text content;
	int rc;

	*lines = 0;
	text_init(&content);
	rc = file_read(path, READ_MAX, &content);
	if (rc == 0)
		rc = check_lines(&content, key, lines, last);
	text_fini(&content);
	if (rc == ERR_MALFORMED)
		text_addf(problem,
			  "%s:%llu: found a line that was not written here or "
			  "was changed, or one before it is gone\n",
			  path, (unsigned long long)*lines + 1);
	else if (rc < 0 && rc != -ENOENT)
		text_addf(problem, "%s: %s\n", path, err_str(rc));
	return rc;
}

/* FILE.N, or for 0 the file itself. @return whether it fits */
static bool name_of(const char *path, unsigned number, char to[PATH_MAX])
{
	int len = number ? snprintf(to, PATH_MAX, "%s.%u", path, number)
			 : snprintf(to, PATH_MAX, "%s", path);

	return len > 0 && len < PATH_MAX;
}

/* Where a file's chain goes on from. */
static bool read_follows(const char *path, char last[DIGEST_TEXT_SIZE])
{
	struct text content;
	bool found = false;

	text_init(&content);
	if (file_read(path, READ_MAX, &content) == 0)
		found = read_start(text_str(&content),
				   strcspn(text_str(&content), "\n"), last);
	text_fini(&content);
	return found;
}

int audit_check(const char *path, const unsigned char key[SECRET_BYTES],
		uint64_t *lines, struct text *problem)
{
	char before[DIGEST_TEXT_SIZE] = "";
	char name[PATH_MAX];
	uint64_t all = 0;
	int rc = 0;

	for (unsigned n = AUDIT_OLD_FILES + 1; rc == 0 && n > 0; n--) {
		char last[DIGEST_TEXT_SIZE];
		char start[DIGEST_TEXT_SIZE];

		if (!name_of(path, n - 1, name))
			return -ENAMETOOLONG;
		rc = check(name, key, lines, last, problem);
		if (rc == -ENOENT && n > 1 && !*before) {
			rc = 0; /* there is no older one */
			continue;
		}
		if (rc == 0 && *before &&
		    (!read_follows(name, start) ||
		     !secret_equal(start, before))) {
			text_addf(problem,
				  "%s:1: found no continuation of the file "
				  "before it\n",
				  name);
			rc = ERR_MALFORMED;
		}
		memcpy(before, last, sizeof(before));
		all += *lines;
	}
	*lines = all;
	if (rc == -ENOENT)
		text_addf(problem, "%s: %s\n", name, err_str(rc));
	return rc;
}

/* Append a line with its HMAC, on the disk. Under the lock. */
static int append(struct audit *audit, struct text *line)
{
	char mac[DIGEST_TEXT_SIZE];
	ssize_t put;

	if (!text_ok(line))
		return -ENOMEM;
	sign(audit->key, audit->last, line->data, line->len, mac);
	text_addf(line, "%s%s\"}\n", mac_key, mac);
	if (!text_ok(line))
		return -ENOMEM;
	put = write(audit->fd, line->data, line->len);
	if (put != (ssize_t)line->len) {
		int rc = put < 0 ? -errno : -ENOSPC;

		/* A part of a line would look like a forgery. */
		if (put > 0 && ftruncate(audit->fd, audit->size) < 0)
			return -errno;
		return rc;
	}
	memcpy(audit->last, mac, sizeof(mac));
	audit->size += put;
	return fsync(audit->fd) < 0 ? -errno : 0;
}

/* A new file, whose first line says what it goes on from. */
static int start_file(struct audit *audit)
{
	char before[DIGEST_TEXT_SIZE];
	struct text line;
	int rc;

	memcpy(before, audit->last, sizeof(before));
	audit->size = 0;
	audit->fd = open(audit->path,
			 O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC |
			     O_NOFOLLOW,
			 0600);
	if (audit->fd < 0)
		return -errno;
	text_init(&line);
	text_addf(&line, "{\"follows\":\"%s\"", audit->last);
	rc = append(audit, &line);
	text_fini(&line);
	if (rc < 0) {
		/* Without its first line it would look like a forgery. */
		(void)close(audit->fd);
		audit->fd = -1;
		(void)unlink(audit->path);
		memcpy(audit->last, before, sizeof(before));
		audit->size = 0;
	}
	return rc;
}

/* A last line without its end was being written when the machine went down: no
 * answer went out for it. @return whether that is all that is wrong */
static bool drop_torn_line(struct audit *audit)
{
	struct text content;
	uint64_t lines;
	size_t whole;
	bool is_mended = false;

	text_init(&content);
	if (file_read(audit->path, READ_MAX, &content) == 0) {
		whole = content.len;
		while (whole > 0 && content.data[whole - 1] != '\n')
			whole--;
		is_mended = whole > 0 && whole < content.len;
		content.len = whole;
	}
	if (is_mended)
		is_mended = check_lines(&content, audit->key, &lines,
					audit->last) == 0 &&
			    truncate(audit->path, (off_t)whole) == 0;
	text_fini(&content);
	if (is_mended)
		log_notice("web: %s: its last line was never ended; dropped",
			   audit->path);
	return is_mended;
}

/* What is wrong stays beside, for who looks into it. */
static int put_aside(struct audit *audit, const struct text *problem)
{
	char aside[PATH_MAX];
	int len = snprintf(aside, sizeof(aside), "%s.broken-%lld", audit->path,
			   (long long)time(NULL));

	if (len < 0 || (size_t)len >= sizeof(aside))
		return -ENAMETOOLONG;
	if (rename(audit->path, aside) < 0)
		return -errno;
	log_error("web: %sweb: the audit log was broken or changed; it is now "
		  "%s, and a new one begins",
		  text_str(problem), aside);
	first_mac(audit->last);
	return start_file(audit);
}

static int continue_file(struct audit *audit)
{
	struct stat status;

	audit->fd =
	    open(audit->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (audit->fd < 0 || fstat(audit->fd, &status) < 0)
		return -errno;
	audit->size = status.st_size;
	return 0;
}

static int go_on(struct audit *audit, struct text *problem)
{
	uint64_t lines;
	int rc = check(audit->path, audit->key, &lines, audit->last, problem);

	if (rc == ERR_MALFORMED && drop_torn_line(audit)) {
		text_clear(problem);
		rc = continue_file(audit);
	} else if (rc == ERR_MALFORMED) {
		rc = put_aside(audit, problem);
		text_clear(problem);
	} else if (rc == -ENOENT || (rc == 0 && lines == 0)) {
		(void)unlink(audit->path);
		first_mac(audit->last);
		rc = start_file(audit);
	} else if (rc == 0) {
		rc = continue_file(audit);
	} else {
		return rc; /* said */
	}
	if (rc < 0)
		text_addf(problem, "%s: %s\n", audit->path, err_str(rc));
	return rc;
}

int audit_open(struct audit **out, const char *path,
	       const unsigned char key[SECRET_BYTES], size_t most,
	       struct text *problem)
{
	struct audit *made = calloc(1, sizeof(*made));
	int rc;

	if (!made)
		return -ENOMEM;
	made->fd = -1;
	made->most = (off_t)most;
	memcpy(made->key, key, SECRET_BYTES);
	made->path = strdup(path);
	rc = made->path ? go_on(made, problem) : -ENOMEM;
	if (rc == 0 && pthread_mutex_init(&made->lock, NULL) != 0)
		rc = -ENOMEM;
	if (rc < 0) {
		if (made->fd >= 0)
			(void)close(made->fd);
		free(made->path);
		free(made);
		return rc;
	}
	*out = made;
	return 0;
}

void audit_close(struct audit *audit)
{
	if (!audit)
		return;
	if (audit->fd >= 0)
		(void)close(audit->fd);
	(void)pthread_mutex_destroy(&audit->lock);
	explicit_bzero(audit->key, sizeof(audit->key));
	free(audit->path);
	free(audit);
}

/* The full file gets another name, and so do older ones; the oldest goes. Under
 * the lock. */
static int turn(struct audit *audit)
{
	char from[PATH_MAX];
	char to[PATH_MAX];

	for (unsigned n = AUDIT_OLD_FILES; n > 0; n--) {
		if (!name_of(audit->path, n - 1, from) ||
		    !name_of(audit->path, n, to))
			return -ENAMETOOLONG;
		if (rename(from, to) < 0 && errno != ENOENT)
			return -errno;
	}
	(void)close(audit->fd);
	audit->fd = -1;
	return start_file(audit);
}

static void put_value(struct json_writer *w, const char *key, const char *value)
{
	if (value)
		json_put_string_n(w, key, value, strnlen(value, VALUE_MAX));
}

/* Without its last brace: the HMAC goes before that. */
static void format(struct text *out, const struct audit_event *event)
{
	char from[IPADDR_TEXT_SIZE];
	struct json_writer w;

	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_double(&w, "at", event->at_s, 3);
	put_value(&w, "what", event->what);
	put_value(&w, "user", event->user);
	put_value(&w, "subject", event->subject);
	put_value(&w, "detail", event->detail);
	if (event->from && event->from->version)
		put_value(&w, "from", ipaddr_format(event->from, from));
}

void audit_add(struct audit *audit, const struct audit_event *event)
{
	struct text line;
	int rc = 0;

	text_init(&line);
	format(&line, event);
	log_notice("web: audit: %s}", text_str(&line));
	(void)pthread_mutex_lock(&audit->lock);
	if (audit->size >= audit->most)
		rc = turn(audit);
	else if (audit->fd < 0)
		rc = start_file(audit);
	if (rc == 0)
		rc = append(audit, &line);
	if (rc < 0)
		log_error("web: audit log not written: %s: %s", audit->path,
			  err_str(rc));
	(void)pthread_mutex_unlock(&audit->lock);
	text_fini(&line);
}
