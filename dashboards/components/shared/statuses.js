// What a report's status means in words, and which of the four tones it takes. Tones are the only place where colour means something:
// good or bad against target. Every tone also has a word and a sign, so that nothing depends on seeing colour.
const STATUSES = {
	red: { word: 'off target', sign: '▼', tone: 'bad', rank: 0 },
	yellow: { word: 'watch', sign: '◆', tone: 'watch', rank: 1 },
	green: { word: 'on target', sign: '✓', tone: 'good', rank: 2 },
	neutral: { word: 'not judged', sign: '·', tone: 'none', rank: 3 },
	grey: { word: 'too few', sign: '○', tone: 'none', rank: 4 },
	hidden: { word: 'hidden', sign: '○', tone: 'none', rank: 5 },
	no_data: { word: 'no data', sign: '○', tone: 'none', rank: 6 },
	not_measurable: { word: 'not measurable', sign: '○', tone: 'none', rank: 7 }
};

const EXPLANATIONS = {
	red: 'The whole margin of error is on the wrong side of the lower bound, or of the target where there is none.',
	yellow: 'The margin of error includes the target or the lower bound, or lies between them.',
	green: 'The whole margin of error reaches the target.',
	neutral: 'No target is set, or neither higher nor lower is better.',
	grey: 'Fewer than 30 answers: shown, but not judged.',
	hidden: 'Fewer than 5 answers: not shown.',
	no_data: 'Nothing happened here in this period.',
	not_measurable: 'No source delivers the data that the KPI needs.'
};

export function describeStatus(status) {
	return STATUSES[status] ?? STATUSES.no_data;
}

export function explainStatus(status) {
	return EXPLANATIONS[status] ?? EXPLANATIONS.no_data;
}

// How a figure compares with the same days a year before, after that value.
export function describeYear(trend) {
	return { better: ', now better', worse: ', now worse', steady: ', within the margin of error' }[trend] ?? '';
}

// By status, and among equal ones by how much it hurts (the report's `pain`, the same order as that of the headline).
export function sortByUrgency(rows) {
	return [...rows].sort((left, right) => describeStatus(left.status).rank - describeStatus(right.status).rank || (right.pain ?? 0) - (left.pain ?? 0));
}

// Counts rows per word, worst first; words that do not occur are left out.
export function countStatuses(rows) {
	return Object.keys(STATUSES)
		.map((status) => ({ status, count: rows.filter((row) => row.status === status).length }))
		.filter((entry) => entry.count > 0);
}
