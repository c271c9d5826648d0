// SPDX-License-Identifier: GPL-2.0-or-later
// The pages that are looked at, one a line; the first one is the front page.

export const pages = [
	{ name: "home", path: "/" },
	{ name: "members", path: "/members" },
	{ name: "member", path: "/members/AS64500" },
	{ name: "member-year", path: "/members/AS64504?range=year" },
	{ name: "member-scaled", path: "/members/AS64500?scaled=1" },
	{ name: "ports", path: "/ports" },
	{ name: "port", path: "/ports/sw1/436207616" },
	{ name: "health", path: "/health" },
	{ name: "refused", path: "/no/such/page", status: 404 },
];

export const languages = ["en", "fr"];
export const schemes = ["light", "dark"];
export const widths = [360, 1440];

// Every way to look at a page.
export const looks = languages.flatMap((language) =>
	schemes.flatMap((scheme) =>
		widths.map((width) => ({ language, scheme, width }))));

// Of the looks of the n-th page those that a short run takes: two opposite
// ones, other ones for each page.
export function sampleOfLooks(n) {
	const at = n % (looks.length / 2);

	return [looks[at], looks[looks.length - 1 - at]];
}
