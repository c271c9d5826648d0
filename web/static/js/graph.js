// SPDX-License-Identifier: GPL-2.0-or-later
// Graphs that can be read point by point and zoomed into, by mouse, finger and
// keyboard. What is shown is in the address: to zoom is to go there.
{
	const SHORTEST_S = 600;	// what a zoom shows at least
	const DRAG_PX = 8;	// a finger that moves less has tapped
	const PAGE = 10;	// columns that Page Up and Page Down skip
	const KEPT = "lanterne-zoom"; // in the session: where the reader was
	const { script, text, time, rate } = lanterne;
	let library;

	// uPlot and its style, when the first graph wants them.
	function loadLibrary() {
		library ??= new Promise((resolve, reject) => {
			const style = document.createElement("link");
			const code = document.createElement("script");

			style.rel = "stylesheet";
			style.href = script.dataset.uplotStyle;
			code.src = script.dataset.uplot;
			code.onload = resolve;
			code.onerror = () => reject(new Error(code.src));
			document.head.append(style, code);
		});
		return library;
	}

	async function loadFigures(address) {
		const url = new URL(address, location.href);

		url.searchParams.set("lang", lanterne.language);
		const response = await fetch(url);

		if (!response.ok)
			throw new Error(`${response.status}`);
		return response.json();
	}

	// Show the same page from one second to another; it comes back to where the
	// reader is, for zooming is no other place.
	function goTo(graph, from, to) {
		const url = new URL(location.href);

		if (to - from < SHORTEST_S) {
			from = (from + to - SHORTEST_S) / 2;
			to = from + SHORTEST_S;
		}
		url.searchParams.delete("range");
		url.searchParams.set("from", Math.floor(from));
		url.searchParams.set("to", Math.ceil(to));
		url.hash = "";
		sessionStorage.setItem(KEPT, JSON.stringify({
			path: url.pathname, y: scrollY,
			focused: document.activeElement === graph.element
				? graph.number : -1,
		}));
		location.assign(url);
	}

	function zoomOut(graph) {
		const { from, to } = graph.columns;

		goTo(graph, from - (to - from) / 2, to + (to - from) / 2);
	}

	const startOf = (graph, i) =>
		graph.columns.from + i * graph.columns.seconds;

	// The second at a horizontal place of the plot.
	const secondAt = (graph, x) => graph.columns.from +
		x / graph.element.clientWidth *
			(graph.columns.to - graph.columns.from);

	const nameOf = (band) => band === "other" ? text("other")
		: band.replace("ip", "IP");

	// "AS64500 → exchange 1.2 Gbit/s, up to 2 Gbit/s (IPv4 …, IPv6 …)"
	function describeWay(way, i, perColumn) {
		const bands = Object.keys(way.bands)
			.filter((band) => way.bands[band][i] > 0)
			.map((band) => `${nameOf(band)} ${rate(way.bands[band][i])}`);
		let words = `${way.label} ${rate(way.mean[i] ?? NaN)}`;

		if (way.mean[i] === null)
			return words;
		if (perColumn > 1)
			words += `, ${text("up-to", { rate: rate(way.maximum[i]) })}`;
		return bands.length ? `${words} (${bands.join(", ")})` : words;
	}

	function momentOf(graph, i) {
		const { seconds } = graph.columns;

		return time(startOf(graph, i), seconds >= 86400);
	}

	function describe(graph, i) {
		const { ways, perColumn } = graph.columns;

		return ways.map((way) => describeWay(way, i, perColumn));
	}

	function showReadout(graph, i) {
		const when = document.createElement("strong");

		when.textContent = momentOf(graph, i);
		graph.readout.replaceChildren(when,
			...describe(graph, i).map((words) => ` \u00b7 ${words}`));
	}

	// Columns that the keyboard has marked, first and behind the last.
	function markOf(graph) {
		if (graph.markedFrom === null)
			return null;
		return [Math.min(graph.markedFrom, graph.at),
			Math.max(graph.markedFrom, graph.at) + 1];
	}

	// What a screen reader says.
	function announce(graph) {
		const mark = markOf(graph);
		const words = [momentOf(graph, graph.at),
			...describe(graph, graph.at)];

		if (mark)
			words.push(text("marked", {
				from: time(startOf(graph, mark[0])),
				to: time(startOf(graph, mark[1])) }));
		graph.element.setAttribute("aria-valuenow", graph.at);
		graph.element.setAttribute("aria-valuetext", words.join("; "));
	}

	function showMark(graph) {
		const mark = markOf(graph) ?? [0, 0];
		const width = graph.element.clientWidth / graph.columns.count;

		graph.chart.setSelect({ left: mark[0] * width, top: 0,
			width: (mark[1] - mark[0]) * width,
			height: graph.element.clientHeight }, false);
	}

	function moveTo(graph, i, marking) {
		const last = graph.columns.count - 1;

		if (!marking)
			graph.markedFrom = null;
		else
			graph.markedFrom ??= graph.at;
		graph.at = Math.min(Math.max(i, 0), last);
		graph.chart.setCursor({
			left: (graph.at + 0.5) * graph.element.clientWidth / (last + 1),
			top: graph.element.clientHeight / 2 });
		showMark(graph);
		announce(graph);
	}

	// Into what is marked, else to a quarter around the cursor.
	function zoomIn(graph) {
		const { count, seconds } = graph.columns;
		const quarter = count * seconds / 8;
		const middle = startOf(graph, graph.at + 0.5);
		const mark = markOf(graph);

		if (mark)
			goTo(graph, startOf(graph, mark[0]), startOf(graph, mark[1]));
		else
			goTo(graph, middle - quarter, middle + quarter);
	}

	const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1,
		PageDown: -PAGE, PageUp: PAGE, Home: -Infinity, End: Infinity };
	const commands = { Enter: zoomIn, z: zoomIn, "-": zoomOut,
		Escape: (graph) => moveTo(graph, graph.at, false) };

	function onKey(graph, event) {
		if (!graph.chart || event.ctrlKey || event.altKey || event.metaKey)
			return;
		if (Object.hasOwn(steps, event.key))
			moveTo(graph, graph.at + steps[event.key], event.shiftKey);
		else if (Object.hasOwn(commands, event.key))
			commands[event.key](graph);
		else
			return;
		event.preventDefault();
	}

	// A finger that goes sideways marks a span; one that goes up or down scrolls
	// the page, and a tap is a mouse's to the browser.
	function followFingers(graph) {
		const { over } = graph.chart;
		let from = null;
		const place = (event) =>
			event.clientX - over.getBoundingClientRect().left;
		const span = (x) => [Math.max(0, Math.min(from, x)),
			Math.min(over.clientWidth, Math.max(from, x))];

		over.addEventListener("pointerdown", (event) => {
			if (event.pointerType === "touch" && event.isPrimary)
				from = place(event);
		});
		over.addEventListener("pointermove", (event) => {
			if (from === null || event.pointerType !== "touch")
				return;
			const [left, right] = span(place(event));

			graph.chart.setSelect({ left, top: 0, width: right - left,
				height: over.clientHeight }, false);
		});
		over.addEventListener("pointerup", (event) => {
			if (from === null)
				return;
			const [left, right] = span(place(event));

			from = null;
			if (right - left >= DRAG_PX)
				goTo(graph, secondAt(graph, left), secondAt(graph, right));
		});
		over.addEventListener("pointercancel", () => {
			from = null;
			showMark(graph);
		});
	}

	const hooksOf = (graph) => ({
		setCursor: [(u) => {
			if (u.cursor.idx === null || u.cursor.idx === undefined)
				return;
			graph.at = u.cursor.idx;
			showReadout(graph, graph.at);
		}],
		setSelect: [(u) => {
			const { left, width } = u.select;

			if (width > 0)
				goTo(graph, secondAt(graph, left),
					secondAt(graph, left + width));
		}],
	});

	// The chart takes the place of the SVG's shapes; what the SVG has in front
	// of them (lines of limits, their labels) goes in front of the chart.
	function layOver(graph) {
		const { svg, shapes } = graph;
		const front = svg.cloneNode(false);

		for (const name of ["role", "aria-labelledby"])
			front.removeAttribute(name);
		front.setAttribute("aria-hidden", "true");
		front.classList.add("front");
		while (shapes.nextSibling)
			front.append(shapes.nextSibling);
		graph.figure.classList.add("live");
		graph.element.after(front);
	}

	function draw(graph, data) {
		const { element, shapes } = graph;

		graph.columns = lanterne.columnsOf(data,
			shapes.viewBox.baseVal.width / 2);
		graph.at = Math.max(0, graph.columns.ways[0].mean.findLastIndex(
			(mean) => mean !== null));
		graph.chart = lanterne.drawChart(graph.columns, {
			element, svg: graph.svg, top: Number(shapes.dataset.top),
			hooks: hooksOf(graph),
			bind: { dblclick: () => () => zoomOut(graph) },
		});
		layOver(graph);
		followFingers(graph);
		element.setAttribute("aria-valuemax", graph.columns.count - 1);
		announce(graph);
		new ResizeObserver(() => graph.chart.setSize({
			width: element.clientWidth, height: element.clientHeight,
		})).observe(element);
		matchMedia("(prefers-color-scheme: dark)").addEventListener(
			"change", () => graph.chart.redraw(false));
	}

	async function wake(graph) {
		if (graph.isAwake)
			return;
		graph.isAwake = true;
		try {
			const [data] = await Promise.all([
				loadFigures(graph.figure.dataset.json), loadLibrary()]);

			draw(graph, data);
		} catch {
			graph.readout.textContent = text("failed");
		}
	}

	// A slider along the time: what screen readers know how to read out.
	function makeElement(svg) {
		const element = document.createElement("div");
		const attributes = {
			role: "slider", tabindex: 0,
			"aria-label": svg.querySelector("title").textContent,
			"aria-describedby": svg.querySelector("desc").id,
			"aria-valuemin": 0, "aria-valuemax": 1, "aria-valuenow": 1,
			"aria-valuetext": text("keys"),
		};

		element.className = "chart";
		for (const [name, value] of Object.entries(attributes))
			element.setAttribute(name, value);
		return element;
	}

	function prepare(figure, number) {
		const svg = figure.querySelector("svg.plot");
		const shapes = svg?.querySelector(".shapes");

		if (!shapes)
			return null;
		const readout = document.createElement("p");
		const graph = { figure, number, svg, shapes, readout,
			element: makeElement(svg), isAwake: false, markedFrom: null };

		readout.className = "readout";
		readout.textContent = text(
			matchMedia("(pointer: coarse)").matches ? "touch" : "hint");
		svg.after(graph.element);
		(figure.querySelector("figcaption") ?? figure).prepend(readout);
		graph.element.addEventListener("keydown",
			(event) => onKey(graph, event));
		for (const event of ["pointerenter", "pointerdown", "focus"])
			graph.element.addEventListener(event, () => wake(graph),
				{ passive: true });
		graph.element.addEventListener("focus", () => {
			readout.textContent = text("keys");
		});
		return graph;
	}

	// Back to where the reader was before a zoom.
	function resume(graphs) {
		const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");

		sessionStorage.removeItem(KEPT);
		if (kept?.path !== location.pathname)
			return;
		scrollTo(0, kept.y);
		graphs[kept.focused]?.element.focus({ preventScroll: true });
	}

	if (script.dataset.uplot) {
		const figures = [
			...document.querySelectorAll("figure.graph[data-json]")];

		resume(figures.map(prepare).filter((graph) => graph));
	}
}
