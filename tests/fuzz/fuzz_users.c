/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A file of users: what is accepted is written again as the same users, and no
 * line of it becomes more than one.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/text.h"
#include "web/auth/users_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_same(const struct user_list *list)
{
	struct user_list *again;
	struct text lines;
	struct text problem;

	text_init(&lines);
	text_init(&problem);
	for (size_t i = 0; i < list->count; i++) {
		assert(user_name_is_valid(list->users[i].name));
		assert(user_find(list, list->users[i].name) == &list->users[i]);
		user_add_line(&lines, &list->users[i]);
	}
	assert(user_list_parse(text_str(&lines), "again", &again, &problem) ==
	       0);
	assert(again->count == list->count);
	for (size_t i = 0; i < list->count; i++)
		assert(strcmp(again->users[i].stamp, list->users[i].stamp) ==
		       0);
	user_list_free(again);
	text_fini(&problem);
	text_fini(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *content = malloc(len + 1);
	struct user_list *list = NULL;
	struct text problem;

	assert(content);
	if (len)
		memcpy(content, data, len);
	content[len] = '\0';
	text_init(&problem);
	if (user_list_parse(content, "users", &list, &problem) == 0) {
		check_same(list);
		user_list_free(list);
	} else {
		assert(problem.len > 0 && problem.len < 500);
	}
	text_fini(&problem);
	free(content);
	return 0;
}
