// SPDX-License-Identifier: GPL-2.0-or-later
// The shapes of a graph, drawn by uPlot where the server's SVG has them: in the
// same columns and colours, so that nothing moves when one takes the place of
// the other. web/plot.c is the model.
{
	const BANDS = ["ipv4", "ipv6", "other"];

	// Mean and maximum of those of some rows that are known.
	function reduce(rows, first, end) {
		let sum = 0;
		let known = 0;
		let maximum = null;

		for (let i = first; i < end; i++) {
			if (rows[i] === null)
				continue;
			sum += rows[i];
			known++;
			if (maximum === null || rows[i] > maximum)
				maximum = rows[i];
		}
		return { mean: known ? sum / known : null, maximum };
	}

	// Half the 95 % interval of a mean, of those of its rows.
	function halfWidth(rows, first, end) {
		let squares = 0;
		let known = 0;

		for (let i = first; i < end; i++) {
			if (rows[i] === null)
				continue;
			squares += rows[i] ** 2;
			known++;
		}
		return known ? Math.sqrt(squares) / known : 0;
	}

	function wayOf(way, perColumn, count) {
		const rows = way.total.length;
		const made = { label: way.label, mean: [], maximum: [],
			low: way.half_width ? [] : null, high: [], bands: {},
			previous: way.previous?.length === rows ? [] : null };

		for (const band of BANDS) {
			if (way[band])
				made.bands[band] = [];
		}
		for (let i = 0; i < count; i++) {
			const first = i * perColumn;
			const end = Math.min(first + perColumn, rows);
			const { mean, maximum } = reduce(way.total, first, end);

			made.mean.push(mean);
			made.maximum.push(maximum);
			if (made.low) {
				const half = halfWidth(way.half_width, first, end);

				made.low.push(mean && Math.max(mean - half, 0));
				made.high.push(mean && mean + half);
			}
			made.previous?.push(reduce(way.previous, first, end).mean);
			for (const band of Object.keys(made.bands))
				made.bands[band].push(
					reduce(way[band], first, end).mean);
		}
		return made;
	}

	// The rows of a graph's JSON in so many columns; ways[0] is drawn as areas.
	lanterne.columnsOf = (data, wanted) => {
		const ways = Object.values(data)
			.filter((value) => Array.isArray(value?.total));
		const rows = ways[0].total.length;
		const perColumn = Math.max(1, Math.ceil(rows / wanted));
		const count = Math.ceil(rows / perColumn);

		return {
			from: data.from, to: data.to, count, perColumn,
			isMirrored: data.style === "mirrored" && ways.length > 1,
			seconds: perColumn * data.step,
			ways: ways.map((way) => wayOf(way, perColumn, count)),
		};
	};

	// Tops of the stacked layers of a direction, from the bottom.
	function layersOf(way) {
		const names = Object.keys(way.bands);
		const sum = way.mean.map(() => 0);

		if (names.length === 0)
			return [way.mean];
		return names.map((name) => way.mean.map((mean, i) => {
			sum[i] += way.bands[name][i] ?? 0;
			return mean === null ? null : Math.min(sum[i], mean);
		}));
	}

	// Every run of known values: edge to edge, a corner mid-column.
	function runsOf(values, draw) {
		let first = 0;

		while (first < values.length) {
			let end = first;

			while (end < values.length && values[end] !== null)
				end++;
			if (end > first)
				draw(first, end);
			first = Math.max(end, first + 1);
		}
	}

	// uPlot's path builder of a line, or of an area down to another line (an
	// array) or the base (0).
	function shape(values, below) {
		return (u) => {
			const path = new Path2D();
			const { left, width } = u.bbox;
			const x = (at) => left + width * at / values.length;
			const y = (value) => u.valToPos(value, "y", true);
			const low = (i) => y(below ? below[i] : 0);

			runsOf(values, (first, end) => {
				path.moveTo(x(first), y(values[first]));
				for (let i = first; i < end; i++)
					path.lineTo(x(i + 0.5), y(values[i]));
				path.lineTo(x(end), y(values[end - 1]));
				if (below === undefined)
					return;
				path.lineTo(x(end), low(end - 1));
				for (let i = end - 1; below && i >= first; i--)
					path.lineTo(x(i + 0.5), low(i));
				path.lineTo(x(first), low(first));
				path.closePath();
			});
			return below === undefined ? { stroke: path }
				: { fill: path };
		};
	}

	const areaOf = (colour, values, below, alpha = 1) => ({
		values, fill: colour, width: 0, alpha, paths: shape(values, below) });

	const lineOf = (colour, values, width, alpha = 1) => ({
		values, stroke: colour, width, alpha, paths: shape(values) });

	const dashed = [4, 3];

	// From the back to the front, as the SVG has them.
	function fromShapes(way, perColumn) {
		const layers = layersOf(way);
		const colours = ["--v4", "--v6", "--other"];
		const shapes = layers.map((layer, i) =>
			areaOf(colours[i], layer, i ? layers[i - 1] : 0));

		if (way.low)
			shapes.push(areaOf("--band", way.high, way.low, 0.4));
		shapes.push({ ...lineOf("--v6", way.mean, 1), isMean: true });
		if (perColumn > 1)
			shapes.push(lineOf("--v6", way.maximum, 0.8, 0.7));
		if (way.previous)
			shapes.push({ ...lineOf("--ink", way.previous, 1, 0.75),
				dash: dashed });
		return shapes;
	}

	// The other direction; sign -1: it goes down from zero, as an area.
	function toShapes(way, perColumn, sign) {
		const turned = (values) => values.map((value) => value && value * sign);
		const mean = turned(way.mean);
		const shapes = [];

		if (sign < 0)
			shapes.push(areaOf("--line", mean, 0, 0.35));
		if (way.low)
			shapes.push(areaOf("--line", turned(way.high),
				turned(way.low), 0.3));
		if (perColumn > 1)
			shapes.push(lineOf("--line", turned(way.maximum), 0.8, 0.7));
		shapes.push({ ...lineOf("--line", mean, 1.8), isMean: true });
		if (way.previous)
			shapes.push({ ...lineOf("--line", turned(way.previous), 1),
				dash: dashed });
		return shapes;
	}

	function shapesOf(columns) {
		const [from, to] = columns.ways;
		const shapes = fromShapes(from, columns.perColumn);

		if (to)
			shapes.push(...toShapes(to, columns.perColumn,
				columns.isMirrored ? -1 : 1));
		return shapes;
	}

	// A chart in an element, with the colours of the SVG beside it; top: the
	// rate at its upper edge in bit/s. hooks are uPlot's.
	lanterne.drawChart = (columns, { element, svg, top, hooks, bind }) => {
		const colour = (name) => () =>
			getComputedStyle(svg).getPropertyValue(name).trim();
		const shapes = shapesOf(columns);
		const x = columns.ways[0].mean.map(
			(_, i) => columns.from + (i + 0.5) * columns.seconds);
		const end = columns.from + columns.count * columns.seconds;

		return new uPlot({
			width: element.clientWidth, height: element.clientHeight,
			padding: [0, 0, 0, 0],
			legend: { show: false },
			axes: [{ show: false }, { show: false }],
			scales: { x: { time: true, range: [columns.from, end] },
				y: { range: [columns.isMirrored ? -top : 0, top] } },
			cursor: { y: false, bind,
				drag: { x: true, y: false, setScale: false, dist: 4 },
				points: { size: 7, show: (u, i) => shapes[i - 1].isMean
					? document.createElement("div") : null } },
			series: [{}, ...shapes.map((s) => ({
				width: s.width, alpha: s.alpha, paths: s.paths, dash: s.dash,
				points: { show: false },
				...(s.fill && { fill: colour(s.fill) }),
				...(s.stroke && { stroke: colour(s.stroke) }),
			}))],
			hooks,
		}, [x, ...shapes.map((s) => s.values)], element);
	};
}
