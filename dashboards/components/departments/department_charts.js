// The small charts of a department's month. The series is that of the report; nothing here adds or divides.
import { describeChart } from '../shared/chart_text.js';
import { buildSeriesOptions } from '../touchpoints/series_chart.js';

export const MONTHS = 13; // the month and the same one a year before (cxhouse/reports/contents.py)

// The last months up to the chosen one, oldest first.
export function listMonths(figures, row) {
	return figures
		.filter((each) => each.touchpoint_id === row.touchpoint_id && each.kpi_id === row.kpi_id && each.month <= row.month)
		.sort((left, right) => left.month.localeCompare(right.month))
		.slice(-MONTHS)
		.map((each) => ({ ...each, period_start: each.month_start, period_text: each.month_label }));
}

// Changes at the touchpoint in these months.
export function listMarks(marks, months) {
	const [first, last] = [months[0].month, months[months.length - 1].month];
	return marks.filter((mark) => mark.touchpoint_id === months[0].touchpoint_id && mark.started_date.slice(0, 7) >= first && mark.started_date.slice(0, 7) <= last);
}

// Line, band, target, bound and numbered changes, without slider and with few labels. Target and bound are those of the newest month.
export function buildMonthsOptions(months, marks, text) {
	const options = buildSeriesOptions({ rows: months, tile: months[months.length - 1], changes: marks, calendar: [], unit: months[0].unit, isNarrow: true });
	const most = months[0].unit === 'share' && months.some((month) => month.value_upper > 0.7) ? 1 : null; // no axis up to 120 %
	const small = { ...options, grid: { ...options.grid, top: 38, bottom: 4 }, yAxis: { ...options.yAxis, splitNumber: 2, max: most }, dataZoom: [] };
	return describeChart(small, text);
}
