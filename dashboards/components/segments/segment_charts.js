// Chart options of the segments pages. Counts, values and limits come from the reports as they are; greys mean no judgement.
import { describeChart, findExtremes } from '../shared/chart_text.js';
import { markup, pointAt } from '../shared/markup.js';
import { nameSegment } from './segments.js';

const INK = '#1f2933';
const MUTED = '#5b6773';
const LINE = '#c8d0d9';
const MOVES_IN_WORDS = 4;
const axis = { axisLine: { lineStyle: { color: LINE } }, axisTick: { show: false }, axisLabel: { color: MUTED, hideOverlap: true }, splitLine: { show: false }, nameTextStyle: { color: MUTED, fontSize: 11 } };

// Where the customers of one month-end stood a year before (left) and stand now (right); one ribbon per way.
export function buildFlowOptions({ moves, isNarrow }) {
	const sides = (side, depth) =>
		[...new Map(moves.map((move) => [move[`${side}_segment`], move])).values()].sort((left, right) => left[`${side}_position`] - right[`${side}_position`]).map((move) => ({
			name: `${side} ${move[`${side}_segment`]}`,
			depth,
			text: nameSegment(move[`${side}_segment`], move[`${side}_name`]),
			label: { position: (depth === 1) === isNarrow ? 'left' : 'right' },
			itemStyle: { color: MUTED }
		}));
	const margin = isNarrow ? 4 : 150;
	const options = {
		animation: false,
		tooltip: pointAt('item', (point) => point.data.text),
		series: [
			{
				type: 'sankey',
				left: margin,
				right: margin,
				top: 8,
				bottom: 8,
				nodeWidth: 12,
				nodeGap: 12,
				layoutIterations: 0,
				draggable: false,
				label: { color: INK, fontSize: 12, formatter: (point) => point.data.text },
				lineStyle: { color: MUTED, opacity: 0.22, curveness: 0.5 },
				emphasis: { focus: 'adjacency', lineStyle: { opacity: 0.55 } },
				data: [...sides('from', 0), ...sides('to', 1)],
				links: moves.map((move) => ({ source: `from ${move.from_segment}`, target: `to ${move.to_segment}`, value: move.customers_count, text: move.text }))
			}
		]
	};
	const largest = [...moves].sort((left, right) => right.customers_count - left.customers_count).slice(0, MOVES_IN_WORDS);
	return describeChart(options, `Ways between segments, ${moves[0].period_text}. The largest of ${moves.length}: ${largest.map((move) => move.text).join('; ')}.`);
}

// One figure of one segment at the end of each month.
export function buildMonthOptions({ months, title, field, text }) {
	const options = {
		animation: false,
		grid: { left: 4, right: 16, top: 16, bottom: 24, containLabel: true },
		tooltip: pointAt('axis', ([point]) => markup`<b>${point.data[2].month_end_text}</b><br>${point.data[2][text] ?? 'not known'}`),
		xAxis: { ...axis, type: 'time' },
		yAxis: { ...axis, type: 'value', splitNumber: 4, axisLine: { show: false }, splitLine: { lineStyle: { color: '#eef1f4' } } },
		series: [
			{
				type: 'line',
				data: months.map((month) => [Date.parse(`${month.month_end}T00:00:00Z`), month[field], month]),
				showSymbol: months.length < 3,
				connectNulls: false,
				lineStyle: { color: INK, width: 1.8 },
				itemStyle: { color: INK }
			}
		]
	};
	const point = (month) => `${month.month_end_text}: ${month[text] ?? 'not known'}`;
	const extremes = findExtremes(months, field);
	const ends = extremes ? ` Lowest, ${point(extremes.lowest)}. Highest, ${point(extremes.highest)}.` : '';
	return describeChart(options, `${title}, ${months.length} months. Latest, ${point(months[months.length - 1])}.${ends}`);
}

// Purchases foreseen and seen in the year that the model was not shown, by how often customers had bought before.
export function buildHoldoutOptions({ classes }) {
	const series = (name, field, look) => ({ name, type: 'line', data: classes.map((row) => [row.frequency_text, row[field], row]), symbolSize: 7, ...look });
	const options = {
		animation: false,
		useUTC: true,
		grid: { left: 4, right: 16, top: 36, bottom: 34, containLabel: true },
		legend: { top: 0, left: 0, itemWidth: 26, textStyle: { color: MUTED } },
		tooltip: pointAt('axis', ([point]) => point.data[2].text),
		xAxis: { ...axis, type: 'category', name: 'purchases after the first, before that year', nameLocation: 'middle', nameGap: 28 },
		yAxis: { ...axis, type: 'value', min: 0, splitNumber: 4, splitLine: { lineStyle: { color: '#eef1f4' } } },
		series: [
			series('expected per customer', 'expected_purchases', { symbol: 'emptyCircle', lineStyle: { color: MUTED, type: 'dashed', width: 1.8 }, itemStyle: { color: MUTED } }),
			series('seen per customer', 'seen_purchases', { symbol: 'circle', lineStyle: { color: INK, width: 1.8 }, itemStyle: { color: INK } })
		]
	};
	return describeChart(options, `Purchases per customer in the year after, expected and seen. ${classes.map((row) => `${row.frequency_text}: ${row.text}`).join('; ')}.`);
}
