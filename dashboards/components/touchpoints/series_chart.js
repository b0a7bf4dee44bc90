// Chart options for one KPI over time. Values, limits and targets come from the report as they are; nothing here adds or divides them.
import { formatFigure, formatCount } from '../shared/figures.js';
import { markup, stackLines, trustMarker } from '../shared/markup.js';
import { describeStatus } from '../shared/statuses.js';
import { DAY, drawPolygons, frameTime, INK, markNumber, MUTED, pointAlongTime, shadeCalendar, toTime } from '../shared/time_chart.js';

const PERIODS_IN_VIEW = 105;
const SERIES_LOOKS = [
	{ color: '#0f4c81', type: 'solid' },
	{ color: '#7a4fa3', type: 'dashed' },
	{ color: '#3f8fc5', type: 'solid' },
	{ color: '#4a4a4a', type: 'dotted' },
	{ color: '#9c5a85', type: 'solid' },
	{ color: '#7d6b3d', type: 'dashed' }
];

// Band, line and the hollow points that are too few to judge.
export function buildSeriesOptions({ rows, changes, calendar, breaks = [], unit, isNarrow }) {
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
		markLine: { silent: true, symbol: 'none', animation: false, data: [...markTarget(rows, unit, isNarrow), ...markChanges(changes, first, last), ...markBreaks(breaks, first, last)] },
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
	return { ...frame(unit, rows, isNarrow ? 10 : 96), tooltip: describePoint(unit), series: [drawBand(rows), line, tooFew] };
}

// Two neighbours that were computed by different definitions of the KPI: no line joins them.
function isRedefined(before, row) {
	return Boolean(before) && before.kpi_version !== row.kpi_version && before.kpi_version != null && row.kpi_version != null;
}

// One line per channel, supplier or segment, distinguished by dash and by the name at its end.
export function buildSplitOptions({ rows, dimension, unit, isNarrow }) {
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
	const base = frame(unit, rows.filter((row) => row[dimension] === names[0]), 24);
	return { ...base, grid: { ...base.grid, top: 42 }, legend: { top: 4, left: 0, icon: 'roundRect', itemWidth: 16, itemHeight: 4, itemGap: 16, textStyle: { color: MUTED, padding: [0, 0, 0, 6] } }, tooltip: describePoint(unit), series };
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

function markTarget(rows, unit, isNarrow) {
	const target = rows[rows.length - 1].target;
	if (target === null || target === undefined) return [];
	const label = { formatter: `target ${formatFigure(target, unit)}`, position: isNarrow ? 'insideStartTop' : 'end', color: INK, fontSize: 11, backgroundColor: 'rgba(255, 255, 255, 0.8)' };
	return [{ yAxis: target, lineStyle: { color: INK, type: [6, 4], width: 1.2 }, label }];
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
