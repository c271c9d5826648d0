// SPDX-License-Identifier: GPL-2.0-or-later
// Graphs that are read and zoomed into, by mouse, finger and keyboard.

import { inTab } from "./browser.mjs";
import { assert, check, equal } from "./report.mjs";

const member = "/members/AS64500";
const DAY_S = 86400;

// Point at the first graph of the page until the chart is drawn. @return where
// its plot is
export async function wake(tab) {
	const chart = tab.locator(".chart").first();

	await chart.scrollIntoViewIfNeeded();
	await chart.hover();
	await tab.waitForSelector("figure.live");
	return chart.boundingBox();
}

// Drag over shares of the plot's width.
async function drag(tab, box, from, to) {
	const y = box.y + box.height / 2;

	await tab.mouse.move(box.x + box.width * from, y);
	await tab.mouse.down();
	await tab.mouse.move(box.x + box.width * (from + to) / 2, y);
	await tab.mouse.move(box.x + box.width * to, y);
	await tab.mouse.up();
}

function periodOf(tab) {
	const asked = new URL(tab.url()).searchParams;

	return { from: Number(asked.get("from")), to: Number(asked.get("to")),
		range: asked.get("range") };
}

const zoomed = (tab) => tab.waitForURL(/[?&]from=\d+.*[?&]to=\d+/);

const titleOf = (tab) =>
	tab.locator("svg.plot title").first().textContent();

function isNear(got, wanted, tolerance, what) {
	assert(Math.abs(got - wanted) <= tolerance,
		`${what}: ${got}, not ${wanted} (within ${tolerance})`);
}

async function dragZooms(tab) {
	await tab.goto(`${member}?range=day&sort=asn&order=asc`);
	const title = await titleOf(tab);
	const before = tab.url();

	await drag(tab, await wake(tab), 0.25, 0.5);
	await zoomed(tab);
	const { from, to, range } = periodOf(tab);

	isNear(to - from, DAY_S / 4, DAY_S / 50, "seconds shown");
	isNear(from, Date.now() / 1000 - DAY_S * 3 / 4, DAY_S / 50, "beginning");
	equal(range, null, "range");
	equal(new URL(tab.url()).searchParams.get("sort"), "asn", "sort");
	assert(await titleOf(tab) !== title, "the graph is the same");
	await tab.goBack();
	equal(tab.url(), before, "address after going back");
	equal(await titleOf(tab), title, "graph after going back");
}

async function doubleClickZoomsOut(tab) {
	const now = Math.floor(Date.now() / 1000);

	await tab.goto(`${member}?from=${now - 7200}&to=${now - 3600}`);
	const box = await wake(tab);

	await tab.mouse.dblclick(box.x + 100, box.y + 50);
	await tab.waitForURL((url) =>
		Number(url.searchParams.get("from")) < now - 8000);
	const { from, to } = periodOf(tab);

	isNear(to - from, 7200, 300, "seconds shown");
}

const spoken = (tab) => tab.locator(".chart").first()
	.getAttribute("aria-valuetext");

async function press(tab, key, times) {
	for (let i = 0; i < times; i++)
		await tab.keyboard.press(key);
}

async function keysZoom(tab) {
	await tab.goto(`${member}?range=day`);
	const chart = tab.locator(".chart").first();
	const help = await spoken(tab);

	assert(help.length > 20, "no help is spoken");
	await chart.focus();
	await tab.waitForSelector("figure.live");
	const last = await spoken(tab);

	assert(/bit\/s/.test(last), `no value is spoken: ${last}`);
	await press(tab, "ArrowLeft", 3);
	assert(await spoken(tab) !== last, "the cursor does not move");
	await press(tab, "PageDown", 2);
	await press(tab, "Shift+ArrowLeft", 23);
	const marked = await spoken(tab);

	assert(marked.includes("Marked: "), `nothing is marked: ${marked}`);
	await tab.keyboard.press("Enter");
	await zoomed(tab);
	let { from, to } = periodOf(tab);

	equal(to - from, 24 * 300, "seconds shown");
	await tab.waitForSelector(".chart:focus");
	await tab.waitForSelector("figure.live");
	await tab.keyboard.press("-");
	await tab.waitForURL((url) =>
		Number(url.searchParams.get("from")) < from);
	({ from, to } = periodOf(tab));
	isNear(to - from, 2 * 24 * 300, 600, "seconds shown after minus");
}

async function fingersZoom(tab) {
	await tab.goto(`${member}?range=day`);
	const chart = tab.locator(".chart").first();

	await chart.scrollIntoViewIfNeeded();
	await chart.tap();
	await tab.waitForSelector("figure.live");
	await chart.tap({ position: { x: 60, y: 80 } });
	const readout = tab.locator(".readout").first();

	assert(/bit\/s/.test(await readout.textContent()),
		"a tap reads nothing out");
	const box = await chart.boundingBox();
	const session = await tab.context().newCDPSession(tab);
	const touch = (type, share) => session.send("Input.dispatchTouchEvent", {
		type, touchPoints: type === "touchEnd" ? [] : [
			{ x: box.x + box.width * share, y: box.y + 90 }] });

	await touch("touchStart", 0.25);
	for (const share of [0.3, 0.4, 0.5, 0.6, 0.7, 0.75])
		await touch("touchMove", share);
	await touch("touchEnd");
	await zoomed(tab);
	const { from, to } = periodOf(tab);

	isNear(to - from, DAY_S / 2, DAY_S / 20, "seconds shown");
}

const rateOf = (bits) => {
	const [value, prefix] = bits >= 999.5e6 ? [bits / 1e9, "G"]
		: [bits / 1e6, "M"];

	return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ` +
		`${prefix}bit/s`;
};

// What is read out is what the JSON says.
async function readsOutTheJson(tab) {
	await tab.goto(`${member}?range=day`);
	const box = await wake(tab);
	const data = await tab.evaluate(async () => (await fetch(
		document.querySelector("figure.graph").dataset.json)).json());
	const row = 100;

	await tab.mouse.move(
		box.x + (row + 0.5) * box.width / data.from_member.total.length,
		box.y + 30);
	const words = await tab.locator(".readout").first().textContent();

	for (const way of [data.from_member, data.to_member]) {
		const wanted = `${way.label} ${rateOf(way.total[row])}`;

		assert(words.includes(wanted), `"${wanted}" is not in "${words}"`);
	}
	const when = new Date((data.from + row * data.step) * 1000)
		.toLocaleTimeString("en-GB", { timeZone: "America/Marigot",
			hour: "2-digit", minute: "2-digit" });

	assert(words.includes(when), `"${when}" is not in "${words}"`);
}

// Colours of a column of the canvas's pixels, from the top; null: nothing.
const pixelsAt = (tab, share) => tab.evaluate((x) => {
	const canvas = document.querySelector("figure.live canvas");
	const pixels = canvas.getContext("2d").getImageData(
		Math.round(x * (canvas.width - 1)), 0, 1, canvas.height).data;
	const rows = [];

	for (let i = 0; i < pixels.length; i += 4)
		rows.push(pixels[i + 3] === 0 ? null
			: [...pixels.slice(i, i + 3)].join(","));
	return rows;
}, share);

// The highest mean stays visible, however many share a pixel.
async function peaksStay(tab) {
	await tab.goto(`${member}?range=month`);
	await wake(tab);
	await tab.mouse.move(5, 5);
	const found = await tab.evaluate(async () => {
		const figure = document.querySelector("figure.graph");
		const data = await (await fetch(figure.dataset.json)).json();
		const { total } = data.from_member;
		const peak = Math.max(...total);
		const shapes = figure.querySelector(".shapes");

		return { peak, top: Number(shapes.dataset.top),
			at: total.indexOf(peak) / total.length };
	});
	const width = await tab.evaluate(() =>
		document.querySelector("figure.live canvas").width);
	let highest = Infinity;
	let height = 0;

	for (let dx = -4; dx <= 4; dx++) {
		const rows = await pixelsAt(tab, found.at + dx / width);

		height = rows.length;
		const first = rows.findIndex((pixel) => pixel !== null);

		if (first >= 0)
			highest = Math.min(highest, first);
	}
	isNear(highest, height * (1 - found.peak / found.top), 4,
		"pixels above the peak");
}

// An hour of silence is a gap, not zero.
async function gapsStay(tab) {
	await tab.goto("/traffic/switch?name=sw2&range=day");
	await wake(tab);
	await tab.mouse.move(5, 5);
	const gap = await tab.evaluate(async () => {
		const data = await (await fetch(
			document.querySelector("figure.graph").dataset.json)).json();
		const way = Object.values(data).find((v) => v?.total);
		const first = way.total.findIndex((value, i) =>
			i > 10 && value === null);

		return (first + 6) / way.total.length;
	});

	assert((await pixelsAt(tab, gap)).every((pixel) => pixel === null),
		"something is drawn in the gap");
	assert((await pixelsAt(tab, gap - 0.05)).some((pixel) => pixel !== null),
		"nothing is drawn before the gap");
}

// The chart follows the reader's colours without a reload.
async function coloursFollow(tab) {
	await tab.goto(`${member}?range=day`);
	await wake(tab);
	const light = (await pixelsAt(tab, 0.5)).at(-3);

	await tab.emulateMedia({ colorScheme: "dark" });
	await tab.waitForTimeout(100);
	const dark = (await pixelsAt(tab, 0.5)).at(-3);

	assert(light && dark && light !== dark,
		`the same colour in light and dark: ${light}, ${dark}`);
}

// Of the pixels of two pictures, the share that differs clearly.
function difference([one, other]) {
	const read = async (base64) => {
		const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
		const image = await createImageBitmap(new Blob([bytes]));
		const canvas = new OffscreenCanvas(image.width, image.height);
		const context = canvas.getContext("2d");

		context.drawImage(image, 0, 0);
		return context.getImageData(0, 0, image.width, image.height).data;
	};

	return Promise.all([read(one), read(other)]).then(([a, b]) => {
		let count = a.length === b.length ? 0 : Infinity;

		for (let i = 0; i < a.length; i += 4) {
			if (Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) +
			    Math.abs(a[i + 2] - b[i + 2]) > 120)
				count++;
		}
		return count / (a.length / 4);
	});
}

// The chart looks as the SVG did in whose place it is.
async function looksAsTheSvg(tab, query) {
	await tab.goto(member + query);
	const figure = tab.locator("figure.graph").first();
	const readout = tab.locator(".readout").first();
	const picture = async () => {
		await readout.evaluate((element) => element.replaceChildren("-"));
		return (await figure.screenshot()).toString("base64");
	};
	const svg = await picture();

	await wake(tab);
	await tab.mouse.move(5, 5);
	await tab.waitForTimeout(100);
	const share = await tab.evaluate(difference, [svg, await picture()]);

	assert(share < 0.01, `${(share * 100).toFixed(2)} % of it is different`);
	assert(await figure.locator("svg[role=img] desc").textContent(),
		"the text alternative is gone");
}

const stories = [
	["a drag zooms, and back comes back", {}, dragZooms],
	["a double click zooms out", {}, doubleClickZoomsOut],
	["keys read, mark, zoom in and out", {}, keysZoom],
	["fingers tap and zoom", { hasTouch: true, width: 360 }, fingersZoom],
	["what is read out is what the JSON says", {}, readsOutTheJson],
	["peaks stay", {}, peaksStay],
	["gaps stay", {}, gapsStay],
	["colours follow the reader's", {}, coloursFollow],
	["a chart looks as its SVG", {},
		(tab) => looksAsTheSvg(tab, "?range=day")],
	["a mirrored chart looks as its SVG", { scheme: "dark" },
		(tab) => looksAsTheSvg(tab, "?range=week&style=mirrored&previous=1")],
];

export async function zoom(browser, base) {
	for (const [name, how, story] of stories)
		await check(name, () => inTab(browser, base, how,
			async (tab, wrong) => {
				await story(tab);
				assert(wrong.length === 0, () => wrong.join("\n"));
			}));
}
