import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import test from 'node:test';

/** The demo has a client of its own, for the servers that it started itself. */
const sources = globSync('source/**/*.{ts,tsx}')
	.filter(file => !file.startsWith('source/demo/'))
	.map(file => ({file, text: readFileSync(file, 'utf8')}));

const filesWith = (pattern: RegExp): string[] =>
	sources
		.filter(({text}) => pattern.test(text))
		.map(({file}) => file)
		.sort();

test('one module sends commands that can change a server, and at one place', () => {
	assert.ok(sources.length > 50);
	assert.deepEqual(filesWith(/\.\s*send\s*\(/), ['source/actions/run-action.ts']);
	const gate = readFileSync('source/actions/run-action.ts', 'utf8');
	assert.equal(gate.match(/\.\s*send\b/g)?.length, 1);
});

test('only the gate, its parts and the composition root know of a connection that can send', () => {
	const allowed = [/^source\/actions\//, /^source\/wire\/(?:redis-port|ioredis-port)\.ts$/, /^source\/desk\.ts$/];
	const strangers = filesWith(/\b(?:openActionPort|ActionPort)\b/).filter(
		file => !allowed.some(pattern => pattern.test(file)),
	);
	assert.deepEqual(strangers, []);
});

test('ioredis is reached through one file', () => {
	assert.deepEqual(filesWith(/from 'ioredis'|import\('ioredis'\)/), ['source/wire/ioredis-port.ts']);
});

test('only the raw probe, which says PING, opens a socket by itself', () => {
	assert.deepEqual(filesWith(/\b(?:net|tls)\.connect\(|createConnection\(|new (?:net\.)?Socket\(/), [
		'source/wire/raw-probe.ts',
	]);
});
