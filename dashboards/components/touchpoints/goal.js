// What an interval has to clear to be on or off target. The values and their texts are those of the touchpoint's tile; the rule is that of dbt/macros/status.sql.

// Target and bound as lines of a chart, the upper one first.
export function listGoals(tile) {
	if (!isJudged(tile)) return [];
	const goals = [
		{ name: 'target', at: tile.target, text: tile.target_text },
		{ name: 'bound', at: tile.lower_bound, text: tile.bound_text }
	];
	return goals.filter((goal) => goal.at !== null && goal.at !== undefined).sort((left, right) => right.at - left.at);
}

// The rule in words.
export function describeGoal(tile) {
	if (!tile) return '';
	if (tile.direction === 'neutral') return 'Not judged: neither higher nor lower is better.';
	if (!isJudged(tile)) return 'Not judged: no target is set.';
	const [reaches, beyond] = tile.direction === 'higher' ? ['at or above', 'below'] : ['at or below', 'above'];
	const limit = tile.bound_text ? `the bound, ${tile.bound_text}` : 'the target';
	return `On target: the whole 95 % interval is ${reaches} the target, ${tile.target_text}. Off target: the whole interval is ${beyond} ${limit}. Otherwise: watch.`;
}

function isJudged(tile) {
	return Boolean(tile) && tile.direction !== 'neutral' && tile.target !== null && tile.target !== undefined;
}
