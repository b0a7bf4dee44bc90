// What a verdict on a change means in words, and which tone it takes. Only a planned test is coloured; every verdict has a word and a sign as well.
const VERDICTS = {
	better: { word: 'helped', sign: '✓', tone: 'good', group: 'helped' },
	worse: { word: 'hurt', sign: '✕', tone: 'bad', group: 'hurt' },
	mixed: { word: 'helped and hurt', sign: '◆', tone: 'none', group: 'mixed' },
	higher: { word: 'moved up', sign: '↑', tone: 'none', group: 'moved' },
	lower: { word: 'moved down', sign: '↓', tone: 'none', group: 'moved' },
	'exploratory higher': { word: 'moved up, not planned', sign: '↑', tone: 'none', group: 'moved' },
	'exploratory lower': { word: 'moved down, not planned', sign: '↓', tone: 'none', group: 'moved' },
	'no visible effect': { word: 'no visible effect', sign: '≈', tone: 'none', group: 'nothing' },
	'not separable': { word: 'not separable', sign: '?', tone: 'none', group: 'unclear' },
	'measurement changed': { word: 'measurement changed', sign: '?', tone: 'none', group: 'unclear' },
	'too little data': { word: 'too little data', sign: '○', tone: 'none', group: 'unclear' },
	'too early': { word: 'too early', sign: '…', tone: 'none', group: 'waiting' },
	'not started': { word: 'not started', sign: '…', tone: 'none', group: 'waiting' },
	'not judged': { word: 'not judged', sign: '·', tone: 'none', group: 'unjudged' }
};

// The groups of verdicts to choose from, and how a sentence counts them.
const GROUPS = [
	['helped', 'helped', 'helped'],
	['hurt', 'hurt', 'hurt'],
	['mixed', 'helped and hurt', 'helped at one touchpoint and hurt at another'],
	['moved', 'moved', 'moved a figure of which nobody said which way is better'],
	['nothing', 'no visible effect', 'had no visible effect'],
	['unclear', 'cannot be told', 'cannot be told (too little data, or something else at the same time)'],
	['waiting', 'waiting', 'waiting'],
	['explored', 'without a plan', 'without a plan'],
	['unjudged', 'not judged', 'not judged']
];

export function describeVerdict(verdict) {
	return VERDICTS[verdict] ?? VERDICTS['not judged'];
}

// The group a change is chosen by: how it was judged, or why it was not.
export function groupChange(change) {
	if (change.stage === 'explored' || change.stage === 'automatic') return 'explored';
	return describeVerdict(change.overall_verdict).group;
}

// Buttons for the groups that occur.
export function listGroups(changes) {
	const found = new Set(Array.from(changes ?? []).map(groupChange));
	return [{ value: 'all', label: 'all' }, ...GROUPS.filter(([group]) => found.has(group)).map(([value, label]) => ({ value, label }))];
}

// "2 helped, 1 hurt", in the order of the groups; only those asked for.
export function countGroups(changes, groups) {
	return GROUPS.filter(([group]) => groups.includes(group))
		.map(([group, , words]) => [changes.filter((change) => groupChange(change) === group).length, words])
		.filter(([count]) => count)
		.map(([count, words]) => `${count} ${words}`)
		.join(', ');
}

// "Average speed of answer at Call center", from a row of the effects.
export function nameFigure(row) {
	return row.touchpoint_name ? `${row.kpi_name} at ${row.touchpoint_name}` : (row.kpi_name ?? row.kpi_id);
}

export function keyFigure(row) {
	return `${row.kpi_id} ${row.touchpoint_id}`;
}
