/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/ordinals.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/file.h"
#include "util/number.h"

static const char head[] = "lanterne ordinals 1";

static int compare_ordinals(const void *left, const void *right)
{
	const struct ordinal *a = left;
	const struct ordinal *b = right;

	if (a->asn != b->asn)
		return a->asn < b->asn ? -1 : 1;
	if (a->vlan != b->vlan)
		return a->vlan < b->vlan ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static int add(struct ordinals *o, const struct ordinal *one)
{
	if (o->count == o->capacity) {
		size_t capacity = o->capacity ? 2 * o->capacity : 64;
		struct ordinal *all =
		    reallocarray(o->all, capacity, sizeof(*all));

		if (!all)
			return -ENOMEM;
		o->all = all;
		o->capacity = capacity;
	}
	o->all[o->count++] = *one;
	return 0;
}

void ordinals_settle(struct ordinals *ordinals)
{
	if (ordinals->count)
		qsort(ordinals->all, ordinals->count, sizeof(*ordinals->all),
		      compare_ordinals);
	ordinals->settled = ordinals->count;
}

int ordinals_copy(struct ordinals *to, const struct ordinals *from)
{
	struct ordinal *all = calloc(from->count + 1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	if (from->count)
		memcpy(all, from->all, from->count * sizeof(*all));
	*to = (struct ordinals){
		.all = all,
		.settled = from->settled,
		.count = from->count,
		.capacity = from->count + 1,
	};
	return 0;
}

void ordinals_free(struct ordinals *ordinals)
{
	free(ordinals->all);
	*ordinals = (struct ordinals){ 0 };
}

/* Reading. */

/* A line that is being read, word by word. */
struct line {
	const char *at;
	size_t left;
};

/* The next word, up to a single space. */
static const char *next_word(struct line *l, size_t *len)
{
	const char *word = l->at;
	const char *space = memchr(word, ' ', l->left);

	*len = space ? (size_t)(space - word) : l->left;
	l->at += *len + (space != NULL);
	l->left -= *len + (space != NULL);
	return word;
}

static bool read_u32(struct line *l, uint32_t least, uint32_t most,
		     uint32_t *out)
{
	size_t len;
	const char *word = next_word(l, &len);

	return number_u32(word, len, most, out) == 0 && *out >= least;
}

static bool read_address(struct line *l, uint8_t version, struct ipaddr *out)
{
	size_t len;
	const char *word = next_word(l, &len);

	if (len == 1 && *word == '-')
		return true;
	return ipaddr_parse(word, len, out) == 0 && out->version == version;
}

static bool read_line(struct line l, struct ordinal *out)
{
	uint32_t vlan;
	uint32_t number;

	*out = (struct ordinal){ 0 };
	if (!read_u32(&l, 1, UINT32_MAX - 1, &out->asn) ||
	    !read_u32(&l, 1, 4095, &vlan) ||
	    !read_u32(&l, 1, UINT16_MAX, &number) ||
	    !read_address(&l, 4, &out->key.addresses[0]) ||
	    !read_address(&l, 6, &out->key.addresses[1]))
		return false;
	out->vlan = (uint16_t)vlan;
	out->number = (uint16_t)number;
	while (l.left > 0) {
		size_t len;
		const char *word = next_word(&l, &len);

		if (out->key.mac_count == ORDINAL_MACS ||
		    mac_parse(word, len, &out->key.macs[out->key.mac_count]) <
			0)
			return false;
		out->key.mac_count++;
	}
	return l.at[-1] != ' ';
}

static int refuse(struct diagnostics *d, const char *path, size_t line,
		  const char *words)
{
	diagnostics_error(d, (struct place){ path, line, 0 },
			  "%s; take the file from a backup, or remove it to "
			  "have interfaces numbered anew in the roster's order",
			  words);
	return ERR_CONFIG;
}

static int check_head(struct line l, const char *path, struct diagnostics *d)
{
	size_t version_at = strlen("lanterne ordinals ");

	if (l.left == sizeof(head) - 1 && memcmp(l.at, head, l.left) == 0)
		return 0;
	if (l.left <= version_at || memcmp(l.at, head, version_at) != 0)
		return refuse(d, path, 1,
			      "found no list of ordinals, expected one");
	diagnostics_error(d, (struct place){ path, 1, 0 },
			  "found a list of a later version, expected version "
			  "1: a later lanterne-collector wrote it");
	return ERR_CONFIG;
}

static int parse_lines(struct ordinals *o, const char *path,
		       const struct text *content, struct diagnostics *d)
{
	const char *at = text_str(content);
	size_t left = content->len;
	int rc = 0;

	if (left == 0)
		return refuse(d, path, 1,
			      "found an empty file, expected ordinals");
	for (size_t number = 1; rc == 0 && left > 0; number++) {
		const char *end = memchr(at, '\n', left);
		struct line l = { at, end ? (size_t)(end - at) : left };
		struct ordinal one;

		if (!end)
			rc = refuse(d, path, number, "found half a line");
		else if (number == 1)
			rc = check_head(l, path, d);
		else if (!read_line(l, &one))
			rc = refuse(d, path, number,
				    "found no ordinal, expected ASN, VLAN, "
				    "number, addresses");
		else
			rc = add(o, &one);
		left -= l.left + (end != NULL);
		at += l.left + (end != NULL);
	}
	return rc;
}

int ordinals_parse(struct ordinals *out, const char *path,
		   const struct text *content, struct diagnostics *d)
{
	struct ordinals o = { 0 };
	int rc = parse_lines(&o, path, content, d);

	ordinals_settle(&o);
	for (size_t i = 1; rc == 0 && i < o.count; i++) {
		if (compare_ordinals(&o.all[i - 1], &o.all[i]) == 0)
			rc = refuse(d, path, 0, "found one number twice");
	}
	if (rc < 0)
		ordinals_free(&o);
	else
		*out = o;
	return rc;
}

int ordinals_load(struct ordinals *out, const char *state_dir,
		  struct diagnostics *d)
{
	struct place file = { 0 };
	char path[PATH_MAX];
	struct text content;
	int rc;

	if (snprintf(path, sizeof(path), "%s/ordinals", state_dir) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	file.path = path;
	text_init(&content);
	rc = file_read(path, ORDINALS_SIZE_MAX, &content);
	if (rc == 0) {
		rc = ordinals_parse(out, path, &content, d);
	} else if (rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES) {
		if (rc == -EACCES)
			diagnostics_warning(d, file,
					    "cannot be read: %s: several "
					    "interfaces of a member in one "
					    "VLAN may be numbered otherwise",
					    err_str(rc));
		*out = (struct ordinals){ 0 };
		rc = 0;
	} else if (rc != -ENOMEM) {
		diagnostics_error(d, file, "cannot be read: %s", err_str(rc));
		rc = ERR_CONFIG;
	}
	text_fini(&content);
	return rc;
}

void ordinals_print(const struct ordinals *ordinals, struct text *out)
{
	text_addf(out, "%s\n", head);
	for (size_t i = 0; i < ordinals->count; i++) {
		const struct ordinal *o = &ordinals->all[i];
		char address[IPADDR_TEXT_SIZE];
		char mac[MAC_TEXT_SIZE];

		text_addf(out, "%u %u %u", o->asn, o->vlan, o->number);
		for (int k = 0; k < 2; k++)
			text_addf(out, " %s",
				  ipaddr_format(&o->key.addresses[k], address));
		for (uint32_t k = 0; k < o->key.mac_count; k++)
			text_addf(out, " %s", mac_format(o->key.macs[k], mac));
		text_add_char(out, '\n');
	}
}

/* Giving out. */

enum { MARK_SIZE = 17, MARKS_EACH = 2 + ORDINAL_MACS, MARK_OF_MAC = 2 };

/* One thing that an interface is known by. */
struct mark {
	uint8_t bytes[MARK_SIZE]; /* kind, then the address */
	uint32_t of;		  /* which one of a list */
};

struct marks {
	struct mark *all; /* in order */
	size_t count;
};

static int compare_marks(const void *left, const void *right)
{
	const struct mark *a = left;
	const struct mark *b = right;
	int order = memcmp(a->bytes, b->bytes, MARK_SIZE);

	return order ? order : (a->of > b->of) - (a->of < b->of);
}

/* Mark 0 is the IPv4 address, 1 the IPv6 address, then the MACs. */
static bool mark_of(const struct ordinal_key *key, uint32_t index,
		    struct mark *out)
{
	*out = (struct mark){ 0 };
	if (index < MARK_OF_MAC) {
		const struct ipaddr *a = &key->addresses[index];

		out->bytes[0] = a->version;
		memcpy(out->bytes + 1, a->bytes, sizeof(a->bytes));
		return a->version != 0;
	}
	if (index - MARK_OF_MAC >= key->mac_count)
		return false;
	out->bytes[0] = UINT8_MAX;
	memcpy(out->bytes + 1, &key->macs[index - MARK_OF_MAC].bits,
	       sizeof(uint64_t));
	return true;
}

static void add_marks(struct marks *m, const struct ordinal_key *key,
		      uint32_t of)
{
	for (uint32_t i = 0; i < MARKS_EACH; i++) {
		if (mark_of(key, i, &m->all[m->count]))
			m->all[m->count++].of = of;
	}
}

static int marks_init(struct marks *m, size_t keys)
{
	*m = (struct marks){
		.all = calloc(keys * MARKS_EACH + 1, sizeof(*m->all)),
	};
	return m->all ? 0 : -ENOMEM;
}

static void marks_sort(struct marks *m)
{
	qsort(m->all, m->count, sizeof(*m->all), compare_marks);
}

/* The first of the equal ones; count if there is none. */
static size_t find_mark(const struct marks *m, const struct mark *wanted)
{
	size_t low = 0;
	size_t high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(m->all[middle].bytes, wanted->bytes, MARK_SIZE) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < m->count &&
	    memcmp(m->all[low].bytes, wanted->bytes, MARK_SIZE) == 0)
		return low;
	return m->count;
}

/* What is known of a group, and what of it is taken again. */
struct match {
	const struct ordinal_group *group;
	struct ordinal *known; /* in order of their numbers */
	size_t known_count;
	bool *taken; /* of known */
	struct marks of_known;
};

static bool has_key(const struct ordinal_key *key)
{
	return key->addresses[0].version || key->addresses[1].version ||
	       key->mac_count;
}

static void take(struct match *m, size_t interface, size_t known)
{
	m->taken[known] = true;
	m->group->numbers[interface] = m->known[known].number;
}

/* Let interfaces without a number find theirs by some of their marks. */
static void match_marks(struct match *m, uint32_t first, uint32_t end)
{
	for (size_t i = 0; i < m->group->count; i++) {
		for (uint32_t k = first; k < end && m->group->numbers[i] == 0;
		     k++) {
			struct mark wanted;
			size_t at;

			if (!mark_of(&m->group->keys[i], k, &wanted))
				continue;
			at = find_mark(&m->of_known, &wanted);
			while (at < m->of_known.count &&
			       m->taken[m->of_known.all[at].of] &&
			       at + 1 < m->of_known.count &&
			       memcmp(m->of_known.all[at + 1].bytes,
				      wanted.bytes, MARK_SIZE) == 0)
				at++;
			if (at < m->of_known.count &&
			    !m->taken[m->of_known.all[at].of])
				take(m, i, m->of_known.all[at].of);
		}
	}
}

/*
 * Where interfaces, or what is known, have nothing to be known by, order is all
 * there is.
 */
static void match_order(struct match *m, bool with_key, bool any_known)
{
	size_t at = 0;

	for (size_t i = 0; i < m->group->count; i++) {
		if (m->group->numbers[i] != 0 ||
		    has_key(&m->group->keys[i]) != with_key)
			continue;
		while (at < m->known_count &&
		       (m->taken[at] ||
			(!any_known && has_key(&m->known[at].key))))
			at++;
		if (at < m->known_count)
			take(m, i, at);
	}
}

static struct ordinal *find_known(const struct match *m, uint16_t number)
{
	size_t low = 0;
	size_t high = m->known_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->known[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return &m->known[low];
}

/* Keep what an interface is known by now; what it lacks now, from before. */
static void renew(struct ordinal_key *key, const struct ordinal_key *now)
{
	for (int i = 0; i < 2; i++) {
		if (now->addresses[i].version)
			key->addresses[i] = now->addresses[i];
	}
	if (now->mac_count) {
		memcpy(key->macs, now->macs, sizeof(key->macs));
		key->mac_count = now->mac_count;
	}
}

static void drop_mark(struct ordinal_key *key, uint32_t index)
{
	if (index < MARK_OF_MAC) {
		key->addresses[index] = (struct ipaddr){ 0 };
		return;
	}
	index -= MARK_OF_MAC;
	key->mac_count--;
	memmove(&key->macs[index], &key->macs[index + 1],
		(key->mac_count - index) * sizeof(*key->macs));
}

/* What is somebody else's by now leads to an interface that left no more. */
static int forget_moved(struct match *m)
{
	struct marks now;
	struct mark mark;
	int rc = marks_init(&now, m->group->count);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < m->group->count; i++)
		add_marks(&now, &m->group->keys[i], (uint32_t)i);
	marks_sort(&now);
	for (size_t i = 0; i < m->known_count; i++) {
		for (uint32_t k = MARKS_EACH; !m->taken[i] && k-- > 0;) {
			if (mark_of(&m->known[i].key, k, &mark) &&
			    find_mark(&now, &mark) < now.count)
				drop_mark(&m->known[i].key, k);
		}
	}
	free(now.all);
	return 0;
}

static int match_all(struct match *m)
{
	int rc;

	for (size_t i = 0; i < m->known_count; i++)
		add_marks(&m->of_known, &m->known[i].key, (uint32_t)i);
	marks_sort(&m->of_known);
	match_marks(m, 0, 1);
	match_marks(m, 1, MARK_OF_MAC);
	match_marks(m, MARK_OF_MAC, MARKS_EACH);
	match_order(m, false, false);
	match_order(m, true, false);
	match_order(m, false, true);
	rc = forget_moved(m);
	for (size_t i = 0; rc == 0 && i < m->group->count; i++) {
		if (m->group->numbers[i])
			renew(&find_known(m, m->group->numbers[i])->key,
			      &m->group->keys[i]);
	}
	return rc;
}

/* Number those that are new, behind all that ever were. */
static int add_new(struct ordinals *o, const struct ordinal_group *group,
		   uint32_t last)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < group->count; i++) {
		struct ordinal one = { .asn = group->asn,
				       .vlan = group->vlan,
				       .key = group->keys[i] };

		if (group->numbers[i])
			continue;
		if (last == UINT16_MAX)
			return ERR_FULL;
		one.number = (uint16_t)++last;
		rc = add(o, &one);
		if (rc == 0)
			group->numbers[i] = one.number;
	}
	return rc;
}

/* The first one of a group or a later one, in order up to count. */
static size_t find_first(const struct ordinals *o, size_t count, uint32_t asn,
			 uint32_t vlan)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct ordinal *at = &o->all[middle];

		if (at->asn < asn || (at->asn == asn && at->vlan < vlan))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int ordinals_assign(struct ordinals *ordinals,
		    const struct ordinal_group *group)
{
	size_t first =
	    find_first(ordinals, ordinals->settled, group->asn, group->vlan);
	size_t end = find_first(ordinals, ordinals->settled, group->asn,
				group->vlan + 1u);
	struct match m = { .group = group, .known_count = end - first };
	uint32_t last = 0;
	int rc;

	memset(group->numbers, 0, group->count * sizeof(*group->numbers));
	if (m.known_count == 0)
		return add_new(ordinals, group, 0);
	m.known = &ordinals->all[first];
	last = ordinals->all[end - 1].number;
	m.taken = calloc(m.known_count, sizeof(*m.taken));
	rc = marks_init(&m.of_known, m.known_count);
	if (!m.taken)
		rc = -ENOMEM;
	if (rc == 0)
		rc = match_all(&m);
	free(m.taken);
	free(m.of_known.all);
	return rc == 0 ? add_new(ordinals, group, last) : rc;
}
