import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {programVersion} from '../harness/program.js';
import {at, folderFor, runProgram, serverFor} from './monitor.js';

/** No module can be added to the executable, because it ignores NODE_OPTIONS. */
const skip = process.env.REDIS_TOP_PROGRAM !== undefined && 'the executable takes in no defect';

/** A module in which nothing can be printed, as if a command had a defect. */
function defect(t: TestContext, statement: string): Record<string, string> {
	const file = path.join(folderFor(t), 'defect.mjs');
	writeFileSync(file, `process.stdout.write = () => { ${statement} };\n`);
	return {NODE_OPTIONS: `--import=${pathToFileURL(file).href}`};
}

const thrown = "throw new Error('a made-up defect');";
const later = "setTimeout(() => { throw new Error('a made-up defect'); }, 1); return true;";

for (const [what, words, statement] of [
	['samples, while servers are polled', ['-i', '200ms'], thrown],
	['samples, in a timer', ['-i', '200ms'], later],
	['watch, while servers are polled', ['watch', '-i', '200ms'], thrown],
	['watch, in a timer', ['watch', '-i', '200ms'], later],
	['check', ['check', '-i', '200ms'], thrown],
	['snapshot', ['snapshot', '-i', '200ms'], thrown],
	['the configuration, before a command', ['--print-config'], thrown],
] as const) {
	test(`a defect ends the program with 70: ${what}`, {skip}, async t => {
		// A setting that watch has a line for.
		const server = await serverFor(t, {args: ['--maxmemory', '1mb', '--maxmemory-policy', 'noeviction']});
		const {code, stderr} = await runProgram(t, [...words, ...at(server)], defect(t, statement));
		assert.equal(code, 70);
		assert.match(stderr, new RegExp(`redis-top ${programVersion} has crashed`));
		assert.match(stderr, /a made-up defect/);
	});
}
