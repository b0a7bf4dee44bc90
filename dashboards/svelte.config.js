// One page for every address: the site is built once per version of its pages and reads its data when it is opened.
// pages/+layout.js stands in for a file of Evidence. The build stops when that file is not the one it was written for.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import adapter from '@sveltejs/adapter-static';

const replaced = join(import.meta.dirname, 'node_modules/@evidence-dev/evidence/template/src/pages/+layout.js');
const expected = '69a649ea7eecdb4f9ad91af1c1bf544fe692386890f78d1a280527e2344329c3';
const found = createHash('sha256').update(readFileSync(replaced)).digest('hex');
if (found !== expected) {
	throw new Error(`svelte.config.js: ${replaced} has hash ${found}, expected ${expected}. Compare it with pages/+layout.js, adapt that file, then write the new hash here.`);
}

// leaves out logos that no page shows
const alias = { '@steeze-ui/simple-icons': join(import.meta.dirname, 'components/shared/brand_icons.js') };

export default { kit: { alias, adapter: adapter({ pages: process.env.EVIDENCE_BUILD_DIR ?? './build', fallback: 'index.html', strict: false }) } };
