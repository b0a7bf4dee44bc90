// Chart options of a change's page. Values, forecasts, margins and scores come from the reports as they are; nothing here adds or divides them.
import { describeChart } from '../shared/chart_text.js';
import { formatCount, formatFigure } from '../shared/figures.js';
import { markup, pointAt, stackLines } from '../shared/markup.js';
import { AXIS_LINE, DAY, drawPolygons, frameTime, GRID_LINE, INK, markNumber, MUTED, pointAlongTime, shadeCalendar, toTime } from '../shared/time_chart.js';

const FORECAST = '#0f4c81';
const BAND = 'rgba(15, 76, 129, 0.16)';
const MASKED = 'rgba(91, 103, 115, 0.24)';
const WEEKS_IN_VIEW = 60;

// Other changes that began in the weeks of the chart.
export function listInside(others, weeks) {
	const { first, last } = spanWeeks(weeks);
	return others.filter((other) => toTime(other.started_date) >= first && toTime(other.started_date) < last);
}

function spanWeeks(weeks) {
	return { first: toTime(weeks[0].week_start), last: toTime(weeks[weeks.length - 1].week_start) + 7 * DAY };
}

// The weeks before and after, what was forecast with its margin, the start, other changes by number, and the weeks that were left out.
export function buildEffectOptions({ effect, weeks, start, others, calendar, isNarrow }) {
	const { unit } = effect;
	const { first, last } = spanWeeks(weeks);
	const point = (field) => (week) => [toTime(week.week_start), week[field], week];
	const after = weeks.filter((week) => week.is_after && week.expected !== null);
	const viewFrom = weeks.length > WEEKS_IN_VIEW ? weeks[weeks.length - WEEKS_IN_VIEW].week_start : undefined;
	const options = {
		...frameTime({ unit, right: isNarrow ? 12 : 24, viewFrom, last, most: unit === 'share' ? ({ max }) => (max > 0.9 ? 1 : null) : null }),
		tooltip: describeWeek(unit),
		series: [
			drawBand(after),
			{ name: 'forecast', type: 'line', data: after.map(point('expected')), showSymbol: after.length < 2, lineStyle: { color: FORECAST, type: 'dashed', width: 2 }, itemStyle: { color: FORECAST }, z: 4 },
			{
				name: 'value',
				type: 'line',
				data: weeks.map(point('value')),
				symbol: 'circle',
				symbolSize: (value) => (value[2]?.is_after ? 7 : 4),
				showSymbol: true,
				showAllSymbol: true,
				connectNulls: false,
				lineStyle: { color: INK, width: 1.6 },
				itemStyle: { color: INK },
				z: 5,
				markLine: { silent: true, symbol: 'none', animation: false, data: [markStart(start), ...markOthers(others, toTime(start), (last - first) / 25)] },
				markArea: { silent: true, animation: false, data: [...shadeCalendar(calendar, first, last), ...shadeMasked(weeks)] }
			}
		]
	};
	return describeChart(options, describeWeeks(effect, weeks));
}

// The chart in words: how many weeks, the last before the start and the last of all, and the effect.
function describeWeeks(effect, weeks) {
	const known = (isAfter) => weeks.filter((week) => Boolean(week.is_after) === isAfter && week.value !== null);
	const [before, after] = [known(false), known(true)];
	const last = (rows) => `week from ${rows[rows.length - 1].week_text}, ${describeFigures(rows[rows.length - 1], effect.unit).join(', ')}`;
	return [
		`${effect.kpi_name}${effect.touchpoint_name ? `, ${effect.touchpoint_name}` : ''}: ${before.length} weeks before the change and ${after.length} after it.`,
		...(before.length ? [`Last before: ${last(before)}.`] : []),
		...(after.length ? [`Last after: ${last(after)}.`] : []),
		...(effect.effect_text ? [`Effect: ${effect.effect_text}.`] : [])
	].join(' ');
}

function describeFigures(week, unit) {
	return [
		week.value === null ? 'too few to show' : `${formatFigure(week.value, unit)}, n ${formatCount(week.n)}`,
		...(week.expected === null ? [] : [`forecast ${formatFigure(week.expected, unit)} (${formatFigure(week.lower, unit)} to ${formatFigure(week.upper, unit)})`])
	];
}

function markStart(start) {
	const label = { formatter: 'start', position: 'end', color: '#ffffff', backgroundColor: FORECAST, borderRadius: 8, padding: [2, 6], fontSize: 10, fontWeight: 600 };
	return { xAxis: toTime(start), lineStyle: { color: FORECAST, type: 'solid', width: 1.8 }, label };
}

// A number per other change; one that would cover its neighbour or the start stands higher.
function markOthers(others, start, reach) {
	let isHigh = false;
	return others.map((other, index) => {
		const time = toTime(other.started_date);
		const isNear = index > 0 && time - toTime(others[index - 1].started_date) < reach;
		isHigh = Math.abs(time - start) < reach || (isNear && !isHigh);
		return markNumber(other.started_date, other.number, isHigh ? 18 : 0);
	});
}

function shadeMasked(weeks) {
	return weeks.filter((week) => week.is_masked).map((week) => [{ xAxis: toTime(week.week_start), itemStyle: { color: MASKED } }, { xAxis: toTime(week.week_start) + 7 * DAY }]);
}

function drawBand(after) {
	const corners = after.map((week) => [toTime(week.week_start), week.lower, week.upper]);
	return drawPolygons('margin', corners, BAND, (index) => {
		const [time, lower, upper] = corners[index];
		return [[time, lower], [time + 7 * DAY, lower], [time + 7 * DAY, upper], [time, upper]];
	});
}

function describeWeek(unit) {
	return pointAlongTime((points) => {
		const week = points.map((point) => point.data[2]).find((row) => row);
		if (!week) return '';
		const parts = [markup`<b>Week from ${week.week_text}</b>`, ...describeFigures(week, unit)];
		if (week.is_masked) parts.push('near another change or an incident');
		return stackLines(parts);
	});
}

// A dot per earlier date: how far the same forecast missed there, and ours among them.
export function buildPlaceboOptions({ dates, text, isNarrow }) {
	const ours = dates.filter((date) => date.is_ours);
	const earlier = dates.filter((date) => !date.is_ours);
	const reach = Math.max(3, ...dates.map((date) => Math.ceil(Math.abs(date.score))));
	const bound = reach > 4 && reach % 2 ? reach + 1 : reach;
	const dot = (date) => [date.score, 0, date];
	const options = {
		animation: false,
		grid: { left: 16, right: 16, top: 34, bottom: 44 },
		tooltip: pointAt('item', ({ data }) => markup`<b>${data[2].tried_text}</b><br>${data[0].toFixed(1)} standard errors from the forecast${data[2].is_ours ? ', the change itself' : ''}`),
		xAxis: {
			type: 'value',
			min: -bound,
			max: bound,
			interval: bound > 4 ? 2 : 1,
			name: isNarrow ? 'standard errors' : 'how far the forecast missed, in standard errors: below it on the left, above it on the right',
			nameLocation: 'middle',
			nameGap: 26,
			nameTextStyle: { color: MUTED, fontSize: 11 },
			axisLine: AXIS_LINE,
			axisLabel: { color: MUTED },
			splitLine: GRID_LINE
		},
		yAxis: { type: 'value', min: -1, max: 1, show: false },
		series: [
			{ name: 'earlier dates', type: 'scatter', data: earlier.map(dot), symbol: 'circle', symbolSize: 13, itemStyle: { color: 'rgba(91, 103, 115, 0.45)', borderColor: MUTED }, z: 3 },
			{
				name: 'the change',
				type: 'scatter',
				data: ours.map(dot),
				symbol: 'diamond',
				symbolSize: 20,
				itemStyle: { color: FORECAST },
				label: { show: true, position: 'top', formatter: 'this change', color: INK, fontSize: 11, fontWeight: 600 },
				z: 5
			}
		]
	};
	const said = ours.map((date) => `The change itself: ${date.score.toFixed(1)}.`).join(' ');
	return describeChart(options, `How far the same forecast missed on ${earlier.length} earlier dates and at this change, in standard errors. ${said} ${text ?? ''}`.trim());
}
