import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {addressOf, type NodeAddress} from '../../source/domain/node.js';
import {parseRemembered, rememberedText} from '../../source/parse/remembered-topology.js';

const nodes = [
	{kind: 'tcp', host: '10.0.0.1', port: 7000},
	{kind: 'tcp', host: '::1', port: 7001},
	{kind: 'unix', path: '/run/a b.sock'},
] as const;

const visit = {runId: 'a'.repeat(40), atMs: 900, keys: 20, lasting: 7, folder: '/data'};

test('a stored topology is read back for the same target only', () => {
	const places = new Map([
		[addressOf(nodes[0]), {log: '/var/log/redis.log', folder: '/data', config: '/etc/a.conf', visits: [visit]}],
	]);
	const hosts = new Map<string, string>();
	const text = rememberedText('a:1', {atMs: 1000, nodes, places, hosts});
	assert.equal(text.split('\n').length, 2);
	assert.deepEqual(parseRemembered(text, 'a:1'), {atMs: 1000, nodes, places, hosts});
	assert.equal(parseRemembered(text, 'b:1'), undefined);
});

test('stored nodes with invalid fields are left out', () => {
	const file = (list: unknown) =>
		JSON.stringify({schema: 'redis-top/topology@1', target: 'a', at: '2026-11-23T14:02:31Z', nodes: list});
	const odd = [
		null,
		1,
		{host: 'h'},
		{host: 'a b', port: 1},
		{host: 'h', port: 70_000},
		{path: 'a\nb'},
		{host: 'h', port: 1},
	];
	assert.deepEqual(parseRemembered(file([...odd, {host: 'h', port: 1}]), 'a')?.nodes, [
		{kind: 'tcp', host: 'h', port: 1},
	]);
	for (const text of ['', '{}', 'null', '[1]', file([]), file({}), file(odd).slice(0, -3)]) {
		assert.equal(parseRemembered(text, 'a'), undefined, text);
	}
});

test('a path counts only if it is absolute and on one line', () => {
	const file = (log: unknown) =>
		JSON.stringify({
			schema: 'redis-top/topology@1',
			target: 'a',
			at: '2026-11-23T14:02:31Z',
			nodes: [{host: 'h', port: 1, log}],
		});
	for (const log of [undefined, 7, '', 'redis.log', '/var/log/a\nb']) {
		assert.equal(parseRemembered(file(log), 'a')?.places.size, 0, String(log));
	}

	const {places = []} = parseRemembered(file('/var/log/a b'), 'a') ?? {};
	assert.deepEqual([...places], [['h:1', {log: '/var/log/a b'}]]);
});

test('a visit counts only if all of it is valid', () => {
	const file = (visits: unknown) =>
		JSON.stringify({
			schema: 'redis-top/topology@1',
			target: 'a',
			at: '2026-11-23T14:02:31Z',
			nodes: [{host: 'h', port: 1, visits}],
		});
	const visitsOf = (visits: unknown) => parseRemembered(file(visits), 'a')?.places.get('h:1' as NodeAddress)?.visits;
	for (const odd of [
		undefined,
		{},
		[],
		[null],
		[{...visit, runId: 'x'}],
		[{...visit, keys: -1}],
		[{...visit, lasting: 1.5}],
		[{...visit, atMs: '900'}],
		[{...visit, folder: 'data'}],
	]) {
		assert.equal(visitsOf(odd), undefined, JSON.stringify(odd));
	}

	assert.deepEqual(visitsOf([visit, visit, visit]), [visit, visit]);
});

test('the address that the name of a host had is read back, and nothing else in its place', () => {
	const named = [{kind: 'tcp', host: 'redis.prod', port: 6379}] as const;
	const hosts = new Map([['redis.prod', '10.0.0.9']]);
	const text = rememberedText('a:1', {atMs: 1000, nodes: named, places: new Map(), hosts});
	assert.deepEqual(parseRemembered(text, 'a:1')?.hosts, hosts);
	for (const other of ['"10.0.0.9; rm"', '7', '""', 'null']) {
		assert.equal(parseRemembered(text.replace('"10.0.0.9"', other), 'a:1')?.hosts.size, 0, other);
	}
});

test('any text is read or refused without an error', () => {
	fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), text => void parseRemembered(text, 'a')));
});
