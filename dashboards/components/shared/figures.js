// Formatting of raw report values for charts, as value_text of dbt/macros/texts.sql writes them. Tiles and sentences use the texts of the reports instead.
const LOCALE = 'en-GB';

export function formatFigure(value, unit) {
	if (value === null || value === undefined) return 'no value';
	if (unit === 'share') return value.toLocaleString(LOCALE, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).replace('%', ' %');
	if (unit === 'points') return value.toLocaleString(LOCALE, { maximumFractionDigits: 0, signDisplay: 'always' });
	if (unit === 'score') return value.toLocaleString(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
	if (unit === 'seconds' && Math.abs(value) >= 3600) return `${(value / 3600).toLocaleString(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} h`;
	if (unit === 'seconds' && Math.abs(value) >= 600) return `${(value / 60).toLocaleString(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} min`;
	if (unit === 'seconds') return `${value.toLocaleString(LOCALE, { maximumFractionDigits: 0 })} s`;
	if (unit === 'ratio') return value.toLocaleString(LOCALE, { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 }).replace('%', ' per 100');
	return `${unit} ${value.toLocaleString(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

export function formatCount(value) {
	return value === null || value === undefined ? '0' : Number(value).toLocaleString(LOCALE);
}

export function describeUnit(unit) {
	const words = { share: 'share, 0 to 100 %', points: 'points, -100 to +100', seconds: 'seconds', ratio: 'ratio, written per 100', score: 'score' };
	return words[unit] ?? unit;
}
