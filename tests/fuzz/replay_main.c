/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Runs a fuzz target over each file of a directory, once, with any compiler.
 * Each input stands in a heap block of exactly its size, so that a sanitizer
 * sees the first byte read too far. No input is a failure: a corpus that got
 * lost must not look like one that passed.
 */

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int replay(const char *path, size_t len)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(len);
	int rc = -1;

	if (file && (data || len == 0) && fread(data, 1, len, file) == len) {
		(void)LLVMFuzzerTestOneInput(data, len);
		rc = 0;
	}
	free(data);
	if (file)
		(void)fclose(file);
	return rc;
}

/* Replay one directory entry. @return 1 replayed, 0 no file, -1 failed */
static int replay_entry(const char *directory, const char *name)
{
	char path[PATH_MAX];
	struct stat status;
	int len = snprintf(path, sizeof(path), "%s/%s", directory, name);

	if (len < 0 || (size_t)len >= sizeof(path) || stat(path, &status) < 0) {
		(void)fprintf(stderr, "%s/%s: cannot be used\n", directory,
			      name);
		return -1;
	}
	if (!S_ISREG(status.st_mode))
		return 0;
	(void)printf("%s\n", name); /* the last one printed is the culprit */
	(void)fflush(stdout);
	if (replay(path, (size_t)status.st_size) < 0) {
		(void)fprintf(stderr, "%s: cannot be read\n", path);
		return -1;
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	size_t replayed = 0;
	bool failed = false;
	int count;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 64;
	}
	count = scandir(argv[1], &entries, NULL, alphasort);
	if (count < 0) {
		(void)fprintf(stderr, "%s: %m\n", argv[1]);
		return 66;
	}
	for (int i = 0; i < count; i++) {
		int rc = replay_entry(argv[1], entries[i]->d_name);

		failed |= rc < 0;
		replayed += rc > 0;
		free(entries[i]);
	}
	free(entries);
	(void)printf("%zu inputs replayed\n", replayed);
	return failed || replayed == 0 ? 1 : 0;
}
