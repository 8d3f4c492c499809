import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {builtinModules} from 'node:module';
import path from 'node:path';
import test from 'node:test';

/** What a file imports at run time: imports of types alone are left out, and so are the names `type` in a list. */
const imported = (code: string): string[] =>
	[...code.matchAll(/^(?:import|export)\b(?!\s+type\b)([^'";]*?)\bfrom\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm)]
		.filter(([, names = '']) => !/^\s*\{\s*(?:type [^,{}]+,?\s*)+\}\s*$/.test(names))
		.map(([, , from, later]) => from ?? later ?? '');

/** Every module that a file reaches, with the packages and the modules of Node. */
function reachedFrom(entry: string): ReadonlySet<string> {
	const reached = new Set<string>();
	const waiting = [entry];
	for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
		if (reached.has(file)) {
			continue;
		}

		reached.add(file);
		if (!file.startsWith('source/')) {
			continue;
		}

		const code = readFileSync(existing(file), 'utf8');
		waiting.push(...imported(code).map(name => (name.startsWith('.') ? path.join(path.dirname(file), name) : name)));
	}

	return reached;
}

const existing = (file: string): string => {
	const [base] = file.split(/\.js$/);
	return [file, `${base}.ts`, `${base}.tsx`].find(name => isFile(name)) ?? file;
};

function isFile(name: string): boolean {
	try {
		readFileSync(name);
		return true;
	} catch {
		return false;
	}
}

/** What opens a connection, or starts a program that could. */
const ways = [
	'ioredis',
	'node:net',
	'node:tls',
	'node:dgram',
	'node:http',
	'node:https',
	'node:http2',
	'node:child_process',
];

test('nothing that the screen and the cast of a replay import can open a connection', () => {
	assert.ok(ways.slice(1).every(name => builtinModules.includes(name.slice('node:'.length))));
	const live = reachedFrom('source/commands/monitor-controls.ts');
	assert.ok(live.has('node:child_process') || live.has('node:net'), 'the live screen has a way to a server');
	for (const entry of ['source/commands/replay-screen.ts', 'source/commands/cast.ts']) {
		const reached = reachedFrom(entry);
		assert.ok(reached.has('source/state/monitor-store.js'), 'the whole tree was read');
		assert.deepEqual(
			ways.filter(name => reached.has(name)),
			[],
			entry,
		);
	}
});
