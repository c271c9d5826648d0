// SPDX-License-Identifier: GPL-2.0-or-later
// How pages are used: tables, the picker, languages, addresses that are shared,
// the keyboard alone, no JavaScript, and what a first visit weighs.

import { inTab } from "./browser.mjs";
import { pages } from "./pages.mjs";
import { assert, check, equal } from "./report.mjs";

const member = "/members/AS64500";
const FIRST_PAGE_MAX = 60000; // bytes over the wire
const STOPS_MAX = 400;

const names = (tab) => tab.locator("#peers-table tbody tr:visible th")
	.allInnerTexts();
const numbers = async (tab) => (await tab
	.locator("#peers-table tbody tr:visible td:nth-child(2)")
	.allInnerTexts()).map(Number);

const asked = (tab, name) => new URL(tab.url()).searchParams.get(name);

async function tablesSort(tab) {
	await tab.goto(member);
	const head = tab.locator("#peers-table th", { hasText: "ASN" });

	await head.locator("a").click();
	const rising = await numbers(tab);

	assert(rising.length > 3, "too few peers to sort");
	assert(rising.every((asn, i) => i === 0 || rising[i - 1] < asn),
		`not rising: ${rising}`);
	equal(await head.getAttribute("aria-sort"), "ascending", "aria-sort");
	equal(asked(tab, "sort"), "asn", "sort");
	equal(asked(tab, "order"), "asc", "order");
	await head.locator("a").click();
	const falling = await numbers(tab);

	equal(falling.join(), rising.toReversed().join(), "the other way");
	equal(await tab.locator("[aria-sort]").count(), 1, "columns sorted by");
	await tab.reload();
	equal((await numbers(tab)).join(), falling.join(), "after a reload");
}

async function tablesFilter(tab) {
	await tab.goto(member);
	const all = await names(tab);
	const search = tab.locator("input[data-filter=peers-table]");

	await search.fill("cÁrgo");
	equal((await names(tab)).join(), "Cargo Bay Hosting", "peers found");
	assert((await tab.locator("output.count").textContent())
		.includes(`1 of ${all.length}`), "the count is not told");
	await search.fill("cargo");
	await tab.waitForURL(/[?&]q=cargo/);
	await tab.reload();
	equal((await names(tab)).join(), "Cargo Bay Hosting",
		"peers found by the server");
	await search.fill("");
	await tab.waitForFunction((count) => document.querySelectorAll(
		"#peers-table tbody tr").length === count, all.length);
	equal((await names(tab)).join(), all.join(), "peers without a search");
	await tab.waitForURL((url) => !url.searchParams.has("q"));
}

const listed = (tab) => tab.locator("#members-table tbody tr:visible th")
	.allInnerTexts();

async function membersSortAndFilter(tab) {
	await tab.goto("/members");
	const byTraffic = await listed(tab);

	await tab.locator("#members-table thead a").first().click();
	await tab.waitForURL(/sort=name&order=asc/);
	const byName = await listed(tab);

	assert(byName.join() !== byTraffic.join() || byName[0] < byName[1],
		"the order is the same");
	await tab.locator("#members-table thead a").last().click();
	equal((await listed(tab)).join(), byTraffic.join(),
		"largest first, as at the start");
	await tab.locator("input[name=q]").fill("as64502");
	equal((await listed(tab)).join(), "Hillside Cable", "found by its AS");
	await tab.locator("input[name=q]").press("Enter");
	equal((await listed(tab)).join(), "Hillside Cable", "after Enter");
}

async function pickerShows(tab) {
	await tab.goto(member);
	const picker = tab.locator("details.picker");

	await picker.locator("summary").click();
	await picker.locator("input[name=from]").fill("2026-01-02T03:00");
	const to = await picker.locator("input[name=to]").inputValue();

	await picker.locator("button").click();
	await tab.waitForURL(/from=/);
	equal(asked(tab, "from"), "2026-01-02T03:00", "from");
	equal(asked(tab, "to"), to, "to");
	const title = await tab.locator("svg.plot title").first().textContent();

	assert(title.includes("2 Jan 2026 03:00"), `shown: ${title}`);
}

async function languageSwitches(tab) {
	await tab.goto(`${member}?range=week`);
	await tab.locator("nav.languages a", { hasText: "Français" }).click();
	equal(await tab.locator("html").getAttribute("lang"), "fr", "language");
	equal(asked(tab, "range"), "week", "range");
	assert(/\d,\d+ [GM]?bit\/s/.test(await tab.locator("main").innerText()),
		"no decimal comma");
	await tab.locator("header nav a").nth(1).click();
	equal(await tab.locator("html").getAttribute("lang"), "fr",
		"language of the next page");
	await tab.locator("nav.languages a", { hasText: "English" }).click();
	equal(await tab.locator("html").getAttribute("lang"), "en",
		"language after the way back");
}

// What a reader sees of the state of the page.
async function state(tab) {
	return JSON.stringify([
		await tab.locator("svg.plot title").allTextContents(),
		await names(tab), await numbers(tab),
		await tab.locator("html").getAttribute("lang"),
		await tab.locator(".at").count(),
	]);
}

async function addressesShare(browser, base) {
	const now = Math.floor(Date.now() / 1000);
	const [address, seen] = await inTab(browser, base, {}, async (tab) => {
		await tab.goto(`${member}?from=${now - 9000}&to=${now - 5000}` +
			"&style=mirrored&lang=fr");
		await tab.locator("#peers-table th a").nth(1).click();
		await tab.locator("input[data-filter=peers-table]").fill("a");
		return [tab.url(), await state(tab)];
	});

	await inTab(browser, base, {}, async (tab) => {
		await tab.goto(address);
		equal(await state(tab), seen, "what another reader sees");
	});
}

// The element that has the focus, and whether that can be seen.
function focused() {
	const element = document.activeElement;

	if (!element || element === document.body)
		return null;
	const style = getComputedStyle(element);
	const box = element.getBoundingClientRect();

	window.stops ??= [];
	const last = window.stops.at(-1);

	window.stops.push(element);
	return {
		what: element.outerHTML.slice(0, 90),
		// Parts of a date are stops in one element.
		isNew: element === last ||
			window.stops.indexOf(element) === window.stops.length - 1,
		inOrder: !last || element === last || Boolean(last.compareDocumentPosition(element) &
			Node.DOCUMENT_POSITION_FOLLOWING),
		// The browser marks the parts of a date itself.
		isSeen: element === last || box.width > 0 && box.right > 0 && box.left < innerWidth &&
			box.bottom > 0 && box.top < innerHeight &&
			style.outlineStyle !== "none" &&
			parseFloat(style.outlineWidth) > 0,
	};
}

async function keyboardWalks(tab, page) {
	await tab.goto(page.path);
	await tab.keyboard.press("Tab");
	let stop = await tab.evaluate(focused);

	assert(stop?.what.includes("class=\"skip\""),
		`the first stop is no skip link: ${stop?.what}`);
	assert(stop.isSeen, "the skip link is not seen");
	await tab.keyboard.press("Enter");
	await tab.waitForURL(/#main$/);
	await tab.goto(page.path);
	for (let i = 0; i < STOPS_MAX; i++) {
		await tab.keyboard.press("Tab");
		stop = await tab.evaluate(focused);
		if (!stop?.isNew)
			break;
		assert(stop.isSeen, `focus is not seen: ${stop.what}`);
		assert(stop.inOrder, `out of order: ${stop.what}`);
	}
	assert(!stop, () => `no way out by Tab: ${stop.what}`);
}

async function worksWithoutScripts(tab, page) {
	await tab.goto(page.path);
	assert((await tab.locator("h1, svg[role=img]").first().textContent())
		.length > 0, "no heading");
	equal(await tab.locator(".chart, .readout, output.count").count(), 0,
		"what scripts make");
	for (const graph of await tab.locator("figure.graph svg.plot").all())
		assert(await graph.isVisible(), "a graph is not seen");
}

async function formsWithoutScripts(tab) {
	await tab.goto(member);
	await tab.locator("input[name=q]").fill("cargo");
	await tab.locator("input[name=q]").press("Enter");
	await tab.waitForURL(/q=cargo/);
	equal((await names(tab)).join(), "Cargo Bay Hosting", "peers found");
	await tab.goto(member);
	await tab.locator("#peers-table th a", { hasText: "ASN" }).click();
	await tab.waitForURL(/sort=asn/);
	const rising = await numbers(tab);

	assert(rising.every((asn, i) => i === 0 || rising[i - 1] < asn),
		`not rising: ${rising}`);
	await pickerShows(tab);
	await languageSwitches(tab);
}

async function firstPageIsLight(tab) {
	const session = await tab.context().newCDPSession(tab);
	let bytes = 0;
	const parts = [];

	await session.send("Network.enable");
	session.on("Network.loadingFinished", (event) => {
		bytes += event.encodedDataLength;
		parts.push(event.encodedDataLength);
	});
	await tab.goto(pages[0].path, { waitUntil: "networkidle" });
	assert(bytes > 0 && bytes <= FIRST_PAGE_MAX,
		`${bytes} bytes: ${parts.join(" + ")}`);
	console.log(`     first page: ${bytes} bytes over the wire ` +
		`(${parts.join(" + ")})`);
}

async function frameShows(tab, base) {
	await tab.goto("/embed/exchange");
	assert(await tab.locator("svg[role=img]").isVisible(), "no graph");
	const policy = (await tab.request.get(`${base}/embed/exchange`))
		.headers()["content-security-policy"];

	assert(policy.includes("frame-ancestors *"), policy);
}

const stories = [
	["tables sort", {}, tablesSort],
	["tables filter", {}, tablesFilter],
	["members sort and filter", {}, membersSortAndFilter],
	["the picker shows any period", {}, pickerShows],
	["the language switches and stays", {}, languageSwitches],
	["without scripts forms work", { javaScriptEnabled: false },
		formsWithoutScripts],
	["a first page is light", {}, firstPageIsLight],
	["others may frame what is public", {}, frameShows],
];

export async function use(browser, base, all) {
	for (const [name, how, story] of stories)
		await check(name, () => inTab(browser, base, how,
			async (tab, wrong) => {
				await story(tab, base);
				assert(wrong.length === 0, () => wrong.join("\n"));
			}));
	await check("an address shares what is seen",
		() => addressesShare(browser, base));
	for (const page of pages) {
		if (!all && !page.walked)
			continue;
		if (!page.bare)
			await check(`${page.name} by keyboard alone`,
				() => inTab(browser, base, {},
					(tab) => keyboardWalks(tab, page)));
		await check(`${page.name} without JavaScript`,
			() => inTab(browser, base, { javaScriptEnabled: false },
				(tab) => worksWithoutScripts(tab, page)));
	}
}
