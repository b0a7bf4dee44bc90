// What every chart over time shares: its frame, shaded days, numbers of changes, and the look of what appears under the pointer.
import { formatFigure } from './figures.js';
import { pointAt } from './markup.js';

export const INK = '#1f2933';
export const MUTED = '#5b6773';
export const SHADE = 'rgba(91, 103, 115, 0.11)';
export const DAY = 24 * 3600 * 1000;
export const AXIS_LINE = { lineStyle: { color: '#c8d0d9' } };
export const GRID_LINE = { lineStyle: { color: '#eef1f4' } };

export const toTime = (date) => Date.parse(`${date}T00:00:00Z`);

// Both axes; with `viewFrom` a slider below reaches what lies before that date.
export function frameTime({ unit, right, viewFrom, last, most = null }) {
	return {
		animation: false,
		useUTC: true,
		grid: { left: 4, right, top: 46, bottom: viewFrom ? 56 : 24, containLabel: true },
		xAxis: { type: 'time', max: last, axisLine: AXIS_LINE, axisTick: { show: false }, axisLabel: { color: MUTED, hideOverlap: true }, splitLine: { show: false } },
		yAxis: { type: 'value', scale: true, max: most, splitNumber: 4, axisLabel: { color: MUTED, formatter: (value) => formatFigure(value, unit) }, splitLine: GRID_LINE },
		dataZoom: viewFrom ? [{ type: 'slider', startValue: toTime(viewFrom), height: 20, bottom: 6, borderColor: '#e3e8ee', fillerColor: SHADE, showDetail: false, brushSelect: false }] : []
	};
}

export function pointAlongTime(describe) {
	return pointAt('axis', describe, { axisPointer: { type: 'line', lineStyle: { color: '#8a95a1' } } });
}

export function shadeCalendar(calendar, first, last) {
	return calendar
		.filter((entry) => toTime(entry.to_date) >= first && toTime(entry.from_date) <= last)
		.map((entry) => [{ xAxis: Math.max(toTime(entry.from_date), first), itemStyle: { color: SHADE } }, { xAxis: Math.min(toTime(entry.to_date) + DAY, last) }]);
}

// A dotted line with the number of a change on it, lifted where it would cover its neighbour.
export function markNumber(date, number, lift) {
	const label = { formatter: String(number), position: 'end', offset: [0, -lift], color: '#ffffff', backgroundColor: INK, borderRadius: 8, padding: [2, 5], fontSize: 10, fontWeight: 600 };
	return { xAxis: toTime(date), lineStyle: { color: INK, type: 'dotted', width: 1.3 }, label };
}

// A custom series of polygons, one per corner row; `outline` gives the points of the one at an index, or nothing.
export function drawPolygons(name, corners, fill, outline) {
	return {
		name,
		type: 'custom',
		silent: true,
		data: corners,
		encode: { x: 0, y: [1, 2] },
		clip: true,
		z: 2,
		renderItem: (params, api) => {
			const points = outline(params.dataIndex);
			return points ? { type: 'polygon', shape: { points: points.map((point) => api.coord(point)) }, style: { fill } } : null;
		}
	};
}
