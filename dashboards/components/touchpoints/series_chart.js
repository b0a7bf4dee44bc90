// Chart options for one KPI over time. Values, limits and targets come from the report as they are; nothing here adds or divides them.
import { describeChart, findExtremes } from '../shared/chart_text.js';
import { formatFigure, formatCount } from '../shared/figures.js';
import { markup, stackLines, trustMarker } from '../shared/markup.js';
import { describeStatus } from '../shared/statuses.js';
import { DAY, drawPolygons, frameTime, INK, markNumber, MUTED, pointAlongTime, shadeCalendar, toTime } from '../shared/time_chart.js';
import { listGoals } from './goal.js';

const PERIODS_IN_VIEW = 105;
// as on tiles: the side of the target that is good, and the one that is bad; the dashes and words say the same
const GOAL_LOOKS = { target: { color: '#0b6b61', type: [7, 4] }, bound: { color: '#b3261e', type: [2, 3] } };
const SERIES_LOOKS = [
	{ color: '#0f4c81', type: 'solid' },
	{ color: '#7a4fa3', type: 'dashed' },
	{ color: '#3f8fc5', type: 'solid' },
	{ color: '#4a4a4a', type: 'dotted' },
	{ color: '#9c5a85', type: 'solid' },
	{ color: '#7d6b3d', type: 'dashed' }
];

// Band, line and the hollow points that are too few to judge.
export function buildSeriesOptions({ rows, tile, changes, calendar, breaks = [], unit, isNarrow }) {
	const goals = listGoals(tile);
	const first = toTime(rows[0].period_start);
	const last = toTime(rows[rows.length - 1].period_start);
	const figure = (row) => [toTime(row.period_start), row.value, row];
	const line = {
		name: 'value',
		type: 'line',
		data: rows.flatMap((row, index) => (isRedefined(rows[index - 1], row) ? [[toTime(row.period_start) - 1, null], figure(row)] : [figure(row)])),
		showSymbol: rows.length < 3,
		symbolSize: 5,
		connectNulls: false,
		lineStyle: { color: INK, width: 1.8 },
		itemStyle: { color: INK },
		z: 5,
		markLine: { silent: true, symbol: 'none', animation: false, data: [...markGoals(goals, isNarrow), ...markChanges(changes, first, last), ...markBreaks(breaks, first, last)] },
		markArea: { silent: true, animation: false, data: shadeCalendar(calendar, first, last) }
	};
	const tooFew = {
		name: 'too few',
		type: 'scatter',
		data: rows.filter((row) => row.status === 'grey').map(figure),
		symbolSize: 5,
		itemStyle: { color: '#ffffff', borderColor: MUTED, borderWidth: 1.2 },
		z: 6
	};
	const options = { ...frame(unit, rows, isNarrow ? 10 : 96), tooltip: describePoint(unit), series: [drawBand(rows), line, tooFew, makeRoom(goals, rows)] };
	return describeChart(options, describeSeries({ rows, tile, unit, changes }));
}

// Two neighbours that were computed by different definitions of the KPI: no line joins them.
function isRedefined(before, row) {
	return Boolean(before) && before.kpi_version !== row.kpi_version && before.kpi_version != null && row.kpi_version != null;
}

// One line per channel, supplier or segment, distinguished by dash and by the name at its end.
export function buildSplitOptions({ rows, tile, dimension, unit, isNarrow }) {
	const goals = listGoals(tile);
	const names = [...new Set(rows.map((row) => row[dimension]))].sort();
	const series = names.map((name, index) => {
		const look = SERIES_LOOKS[index % SERIES_LOOKS.length];
		return {
			name,
			type: 'line',
			data: rows.filter((row) => row[dimension] === name).map((row) => [toTime(row.period_start), row.value, row]),
			showSymbol: false,
			connectNulls: false,
			lineStyle: { color: look.color, type: look.type, width: 1.8 },
			itemStyle: { color: look.color }
		};
	});
	if (series.length) series[0].markLine = { silent: true, symbol: 'none', animation: false, data: markGoals(goals, isNarrow) };
	const base = frame(unit, rows.filter((row) => row[dimension] === names[0]), isNarrow ? 10 : 96);
	const options = { ...base, grid: { ...base.grid, top: 42 }, legend: { top: 4, left: 0, icon: 'roundRect', data: names, itemWidth: 16, itemHeight: 4, itemGap: 16, textStyle: { color: MUTED, padding: [0, 0, 0, 6] } }, tooltip: describePoint(unit), series: [...series, makeRoom(goals, rows)] };
	return describeChart(options, describeSplit({ rows, tile, dimension, names, unit }));
}

// The last PERIODS_IN_VIEW periods are in view at first; the slider below reaches the rest.
function frame(unit, rows, right) {
	return frameTime({ unit, right, viewFrom: rows.length > 12 ? rows[Math.max(0, rows.length - PERIODS_IN_VIEW)].period_start : undefined });
}

function drawBand(rows) {
	const corners = rows.map((row) => [toTime(row.period_start), row.value_lower, row.value_upper]);
	const isCut = rows.map((row, index) => isRedefined(row, rows[index + 1] ?? row));
	return drawPolygons('95 % interval', corners, 'rgba(31, 41, 51, 0.13)', (index) => {
		const [here, next] = [corners[index], corners[index + 1]];
		if (!next || isCut[index] || [here[1], here[2], next[1], next[2]].some((limit) => limit === null || limit === undefined)) return null;
		return [[here[0], here[1]], [next[0], next[1]], [next[0], next[2]], [here[0], here[2]]];
	});
}

// Target and bound across the chart, each with its words; the labels of two near ones stand apart.
function markGoals(goals, isNarrow) {
	return goals.map(({ name, at, text }, index) => {
		const { color, type } = GOAL_LOOKS[name];
		const place = isNarrow ? { position: index ? 'insideStartBottom' : 'insideStartTop' } : { position: 'end', offset: [0, goals.length > 1 ? 14 * index - 7 : 0] };
		const label = { formatter: `${name} ${text}`, color, fontSize: isNarrow ? 12 : 11, fontWeight: 600, backgroundColor: 'rgba(255, 255, 255, 0.8)', ...place };
		return { yAxis: at, lineStyle: { color, type, width: 1.4 }, label };
	});
}

// Points that are not drawn: with them the axis holds target and bound in whatever part of the time is in view.
function makeRoom(goals, rows) {
	const times = [...new Set(rows.map((row) => toTime(row.period_start)))];
	return { name: 'room', type: 'scatter', silent: true, symbolSize: 0, data: goals.flatMap(({ at }) => times.map((time) => [time, at])) };
}

// A number per change; neighbours take different heights so that the numbers do not cover each other.
function markChanges(changes, first, last) {
	const inside = changes.filter((change) => toTime(change.started_date) >= first && toTime(change.started_date) <= last + 31 * DAY);
	let height = 0;
	return inside.map((change, index) => {
		const isNear = index > 0 && toTime(change.started_date) - toTime(inside[index - 1].started_date) < (last - first) / 25;
		height = isNear ? (height + 1) % 2 : 0;
		return markNumber(change.started_date, change.number, height * 17);
	});
}

// Where the KPI got another meaning: a solid line with its words on it.
function markBreaks(breaks, first, last) {
	return breaks
		.filter((version) => toTime(version.valid_from) > first && toTime(version.valid_from) <= last + 31 * DAY)
		.map((version) => ({
			xAxis: Math.min(toTime(version.valid_from), last),
			lineStyle: { color: MUTED, type: 'solid', width: 1.5 },
			label: { formatter: `definition ${version.version}`, position: 'insideEndTop', color: INK, fontSize: 11, backgroundColor: 'rgba(255, 255, 255, 0.85)' }
		}));
}

function describePoint(unit) {
	return pointAlongTime((points) => {
		const shown = points.filter((point) => point.seriesType === 'line' && point.data[2]);
		if (!shown.length) return '';
		const line = (point, text) => (shown.length > 1 ? markup`${trustMarker(point.marker)}${point.seriesName}: ${text}` : text);
		return stackLines([markup`<b>${shown[0].data[2].period_text}</b>`, ...shown.map((point) => line(point, describeRow(point.data[2], unit)))]);
	});
}

// One period in words: value, interval, median and 90th percentile where the report has them, n and status.
export function describeRow(row, unit) {
	if (row.value === null || row.value === undefined) return row.reason ?? 'no value';
	const hasQuantiles = row.median !== null && row.median !== undefined;
	return [
		`${formatFigure(row.value, unit)} (${formatFigure(row.value_lower, unit)} to ${formatFigure(row.value_upper, unit)})`,
		...(hasQuantiles ? [`median ${formatFigure(row.median, unit)}`, `nine in ten at most ${formatFigure(row.p90, unit)}`] : []),
		`n ${formatCount(row.n)}`,
		describeStatus(row.status).word
	].join(', ');
}

// The chart in words: how far it reaches, its last, lowest and highest figure, and what they have to clear.
function describeSeries({ rows, tile, unit, changes = [] }) {
	const point = (row) => `${row.period_text}: ${describeRow(row, unit)}`;
	const extremes = findExtremes(rows, 'value');
	return [
		`${tile?.kpi_name ?? 'The KPI'} over time, ${formatCount(rows.length)} periods from ${rows[0].period_text}.`,
		`Latest, from ${point(rows[rows.length - 1])}.`,
		...(extremes ? [`Lowest, from ${point(extremes.lowest)}.`, `Highest, from ${point(extremes.highest)}.`] : []),
		...listGoals(tile).map(({ name, text }) => `The ${name} is ${text}.`),
		...(changes.length ? [`Changes marked: ${changes.length}.`] : [])
	].join(' ');
}

// A chart of several lines in words: the last figure of each.
function describeSplit({ rows, tile, dimension, names, unit }) {
	const last = (name) => rows.filter((row) => row[dimension] === name && row.value !== null).pop();
	const parts = names.map((name) => [name, last(name)]).filter(([, row]) => row);
	return [
		`${tile?.kpi_name ?? 'The KPI'} over time, a line for each of ${formatCount(names.length)}.`,
		...parts.map(([name, row]) => `${name}, latest from ${row.period_text}: ${describeRow(row, unit)}.`),
		...listGoals(tile).map(({ name, text }) => `The ${name} is ${text}.`)
	].join(' ');
}
