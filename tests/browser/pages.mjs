// SPDX-License-Identifier: GPL-2.0-or-later
// The pages that are looked at, one a line; the first one is the front page.

// status: if it is not 200; walked: by keyboard and without JavaScript in the
// short run too; bare: without the head that pages have.
export const pages = [
	{ name: "home", path: "/", walked: true },
	{ name: "members", path: "/members", walked: true },
	{ name: "member", path: "/members/AS64500", walked: true },
	{ name: "member-year", path: "/members/AS64504?range=year" },
	{ name: "member-mirrored",
		path: "/members/AS64500?range=week&style=mirrored&previous=1" },
	{ name: "member-scaled", path: "/members/AS64500?scaled=1" },
	{ name: "pair", path: "/members/AS64500/AS64501" },
	{ name: "ports", path: "/ports", walked: true },
	{ name: "port", path: "/ports/sw1/436207616" },
	{ name: "ports-sorted", path: "/ports?sort=p95&flag=60" },
	{ name: "heat", path: "/heat" },
	{ name: "links", path: "/links" },
	{ name: "location", path: "/traffic/location?name=Caf%C3%A9+Bay" },
	{ name: "empty", path: "/members/AS64500?from=2020-01-01&to=2020-02-01" },
	{ name: "league", path: "/league" },
	{ name: "matrix", path: "/matrix", walked: true },
	{ name: "matrix-window", path: "/matrix?rows=3&columns=4&order=name" },
	{ name: "switches", path: "/switches" },
	{ name: "lan", path: "/lan" },
	{ name: "switch", path: "/traffic/switch?name=sw2" },
	{ name: "vlan", path: "/traffic/vlan?vlan=100" },
	{ name: "health", path: "/health", walked: true },
	{ name: "embed", path: "/embed/exchange", bare: true },
	{ name: "refused", path: "/no/such/page", status: 404 },
];

export const languages = ["en", "fr"];
export const schemes = ["light", "dark"];
export const widths = [360, 1440];

// Every way to look at a page.
export const looks = languages.flatMap((language) =>
	schemes.flatMap((scheme) =>
		widths.map((width) => ({ language, scheme, width }))));

// The look in which a short run sees the n-th page: the next one another.
export const lookOf = (n) => looks[n * 3 % looks.length];
