/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/alerts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "web/report/alert_rules.h"

/* Room for one more of a growing array; NULL: there is none. */
static void *grown(void *items, size_t count, size_t *capacity, size_t size)
{
	size_t wanted = *capacity ? *capacity * 2 : 64;
	void *more;

	if (count < *capacity)
		return items;
	more = reallocarray(items, wanted, size);
	if (more)
		*capacity = wanted;
	return more;
}

void alert_readings_add(struct alert_readings *to,
			const struct alert_reading *reading)
{
	struct alert_reading *items =
	    grown(to->items, to->count, &to->capacity, sizeof(*items));

	if (!items) {
		to->failed = true;
		return;
	}
	to->items = items;
	to->items[to->count++] = *reading;
}

void alert_readings_fini(struct alert_readings *readings)
{
	free(readings->items);
	*readings = (struct alert_readings){ .items = NULL };
}

int alert_list_add(struct alert_list *list, const struct alert *alert)
{
	struct alert *items =
	    grown(list->items, list->count, &list->capacity, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	list->items[list->count++] = *alert;
	return 0;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int alert_subject_compare(const struct alert_subject *a,
			  const struct alert_subject *b)
{
	int sign = order(a->kind, b->kind);

	if (sign == 0)
		sign = order(a->asn, b->asn);
	if (sign == 0)
		sign = strcmp(a->switch_name, b->switch_name);
	if (sign == 0)
		sign = order(a->number, b->number);
	if (sign == 0)
		sign = strcmp(a->name, b->name);
	if (sign == 0)
		sign = strcmp(a->source, b->source);
	return sign ? sign : order(a->part, b->part);
}

static int compare_alerts(const void *key, const void *item)
{
	return alert_subject_compare(key,
				     &((const struct alert *)item)->subject);
}

const struct alert *alert_list_find(const struct alert_list *list,
				    const struct alert_subject *subject)
{
	if (list->count == 0)
		return NULL;
	return bsearch(subject, list->items, list->count, sizeof(*list->items),
		       compare_alerts);
}

void alert_list_fini(struct alert_list *list)
{
	free(list->items);
	*list = (struct alert_list){ .items = NULL };
}

static int by_subject(const void *a, const void *b)
{
	const struct alert_reading *x = a;
	const struct alert_reading *y = b;

	return alert_subject_compare(&x->subject, &y->subject);
}

static int add_change(struct alert_outcome *out,
		      const struct alert_change *change)
{
	struct alert_change *items =
	    grown(out->changes, out->change_count, &out->change_capacity,
		  sizeof(*items));

	if (!items)
		return -ENOMEM;
	out->changes = items;
	out->changes[out->change_count++] = *change;
	return 0;
}

/* What stood, or did not, by what was found of it. */
static int judge(struct alert_outcome *out, const struct alert *was,
		 const struct alert_reading *reading, int64_t now_s)
{
	enum alert_severity old = was ? was->severity : ALERT_FINE;
	enum alert_severity now = alert_rule_apply(old, reading);
	bool is_known = alert_is_known(reading);
	struct alert_change change = {
		.what = old == ALERT_FINE   ? ALERT_RAISED
			: now == ALERT_FINE ? ALERT_CLEARED
					    : ALERT_WORSE,
		.alert = { .subject = reading->subject,
			   .severity = now == ALERT_FINE ? old : now,
			   .since_s = was ? was->since_s : now_s,
			   .figures = was && !is_known ? was->figures
						       : reading->figures },
		.is_read = is_known,
	};
	int rc = 0;

	/* What becomes less bad is told when it is over. */
	if (now > old || (now == ALERT_FINE && old != ALERT_FINE))
		rc = add_change(out, &change);
	if (rc == 0 && now != ALERT_FINE)
		rc = alert_list_add(&out->standing, &change.alert);
	return rc;
}

/* What stood, and was not found. */
static int miss(struct alert_outcome *out, const struct alert *was,
		const struct alert_readings *readings)
{
	const struct alert_change change = { .what = ALERT_CLEARED,
					     .alert = *was };

	if (readings->is_whole[was->subject.kind])
		return add_change(out, &change);
	return alert_list_add(&out->standing, was);
}

static int judge_all(struct alert_outcome *out, const struct alert_list *before,
		     const struct alert_readings *readings, int64_t now_s)
{
	size_t b = 0;
	int rc = 0;

	for (size_t r = 0; rc == 0 && r < readings->count; r++) {
		const struct alert_reading *reading = &readings->items[r];
		int sign = -1;

		if (r > 0 && alert_subject_compare(&reading[-1].subject,
						   &reading->subject) == 0)
			continue;
		while (rc == 0 && b < before->count &&
		       (sign = alert_subject_compare(
			    &reading->subject, &before->items[b].subject)) > 0)
			rc = miss(out, &before->items[b++], readings);
		if (rc == 0)
			rc = judge(out,
				   b < before->count && sign == 0
				       ? &before->items[b++]
				       : NULL,
				   reading, now_s);
	}
	while (rc == 0 && b < before->count)
		rc = miss(out, &before->items[b++], readings);
	return rc;
}

int alerts_judge(struct alert_outcome *out, const struct alert_list *before,
		 struct alert_readings *readings, int64_t now_s)
{
	struct alert_outcome made = { .changes = NULL };
	int rc;

	if (readings->failed)
		return -ENOMEM;
	if (readings->count > 0)
		qsort(readings->items, readings->count,
		      sizeof(*readings->items), by_subject);
	rc = judge_all(&made, before, readings, now_s);
	if (rc < 0)
		alert_outcome_fini(&made);
	else
		*out = made;
	return rc;
}

void alert_outcome_fini(struct alert_outcome *outcome)
{
	alert_list_fini(&outcome->standing);
	free(outcome->changes);
	*outcome = (struct alert_outcome){ .changes = NULL };
}
