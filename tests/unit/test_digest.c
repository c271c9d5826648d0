/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/digest.h"

#include <string.h>

#include "support/unit.h"

/* FIPS 180-4's own examples. */
static const struct {
	const char *text;
	const char *digest;
} digests[] = {
	{ "",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

START_TEST(a_digest_is_that_of_the_standard)
{
	char text[DIGEST_TEXT_SIZE];

	digest_text(digests[_i].text, strlen(digests[_i].text), text);
	ck_assert_str_eq(text, digests[_i].digest);
}
END_TEST

/* RFC 4231, case 1: a key of 20 bytes is the same as one with zeros behind. */
START_TEST(a_signature_is_that_of_the_standard)
{
	unsigned char key[SECRET_BYTES] = { 0 };
	char text[DIGEST_TEXT_SIZE];

	memset(key, 0x0b, 20);
	digest_sign(key, "Hi There", 8, text);
	ck_assert_str_eq(text, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da"
			       "726e9376c2e32cff7");
}
END_TEST

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789-_";

START_TEST(secrets_differ_and_are_plain)
{
	char secrets[64][SECRET_TEXT_SIZE];
	char id[SECRET_ID_TEXT_SIZE];

	for (size_t i = 0; i < COUNT_OF(secrets); i++) {
		ck_assert_int_eq(secret_new(secrets[i]), 0);
		ck_assert_uint_eq(strlen(secrets[i]), SECRET_TEXT_SIZE - 1);
		ck_assert_uint_eq(strspn(secrets[i], digits),
				  SECRET_TEXT_SIZE - 1);
		/* The last digit has four bits of the 256. */
		ck_assert_int_eq((strchr(digits, secrets[i][42]) - digits) & 3,
				 0);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(secrets[i], secrets[j]);
	}
	ck_assert_int_eq(secret_id(id), 0);
	ck_assert_uint_eq(strspn(id, digits), SECRET_ID_TEXT_SIZE - 1);
}
END_TEST

START_TEST(only_equal_texts_are_equal)
{
	ck_assert(secret_equal("", ""));
	ck_assert(secret_equal("abc", "abc"));
	ck_assert(!secret_equal("abc", "abd"));
	ck_assert(!secret_equal("abc", "ab"));
	ck_assert(!secret_equal("abc", "abcd"));
	ck_assert(!secret_equal("", "a"));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_digest_is_that_of_the_standard, COUNT_OF(digests) },
		{ a_signature_is_that_of_the_standard, 0 },
		{ secrets_differ_and_are_plain, 0 },
		{ only_equal_texts_are_equal, 0 },
	};

	return unit_run("digest", tests, COUNT_OF(tests));
}
