// In place of a package of 3,000 logos of companies, 5 MB of scripts on every page, of which Evidence's header and data source form name a few.
// Neither is shown here. svelte.config.js puts this file in its place.
const NONE = { default: { a: {} } };

export { NONE as Bluesky, NONE as Github, NONE as Slack, NONE as X };
