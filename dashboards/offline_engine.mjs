// Makes the page engine run without internet. Newer engines fetch their Parquet reader while the page loads, so package.json pins
// duckdb-wasm 1.28.0, which carries it. That version does not know two settings which the client sends at start; they are taken out here.
// Stops the install when the client is not the one this was written for.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const expectedVersions = { '@evidence-dev/universal-sql': '3.0.1', '@duckdb/duckdb-wasm': '1.28.0' };
const unknownSettings = ['SET ieee_floating_point_ops = false;', 'SET old_implicit_casting = true;'];
const clients = ['browser.js', 'node.js'].map((name) => join(modules, '@evidence-dev/universal-sql/src/client-duckdb', name));

function fail(message) {
	console.error(`offline_engine.mjs: ${message} Compare dashboards/package.json with package-lock.json, then adapt offline_engine.mjs.`);
	process.exit(1);
}

for (const [name, expected] of Object.entries(expectedVersions)) {
	const { version } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf-8'));
	if (version !== expected) fail(`${name} is ${version}, expected ${expected}.`);
}

for (const client of clients) {
	let source = readFileSync(client, 'utf-8');
	const present = unknownSettings.filter((setting) => source.includes(`await connection.query('${setting}');`));
	if (present.length === 0 && !source.includes('ieee_floating_point_ops')) continue;
	if (present.length !== unknownSettings.length) fail(`${client} does not hold both statements that must go.`);
	for (const setting of unknownSettings) source = source.replace(`await connection.query('${setting}');`, '');
	writeFileSync(client, source);
}
