import assert from 'node:assert/strict';
import test from 'node:test';
import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {findingText} from '../../source/rules/finding.js';
import type {NodeFacts} from '../../source/rules/node-facts.js';
import {perSameFile} from '../../source/rules/same-files.js';
import {type FactsParts, factsOf} from '../harness/rule-cases.js';

/** Rules that are clear or fire, and are always evaluated; with the reason. */
export const neverUnknown: Readonly<Record<string, string>> = {
	'per.same_file': 'a node whose settings or process are not known is left out of the comparison',
};

const settings = {dir: '/var/lib/redis', dbfilename: 'dump.rdb', save: '3600 1'};

/** A server on this machine, by its port. */
function server(
	port: number,
	config: Readonly<Record<string, string>> = {},
	process: Partial<ProcessEvidence> = {},
	record: FactsParts['record'] = {},
): readonly [NodeAddress, NodeFacts] {
	const address = `127.0.0.1:${port}` as NodeAddress;
	const facts = factsOf({
		info: {},
		config: {...settings, ...config},
		host: {process: {processId: port, state: 'sleeping', hasOwnRoot: false, ...process} as ProcessEvidence},
		record: {role: 'primary', ...record, address},
	});
	return [address, facts];
}

const foundAmong = (...nodes: ReadonlyArray<readonly [NodeAddress, NodeFacts]>) =>
	perSameFile
		.evaluate({nodes: new Map(nodes), deployment: 'standalone', nowMs: 0}, () => 0)
		.flatMap(each => (each.kind === 'fires' ? [each] : []));

test('per.same_file: two servers of one machine that write one file', () => {
	const [found, ...more] = foundAmong(server(6379), server(6380), server(6381, {dir: '/var/lib/other'}));
	assert.equal(more.length, 0);
	assert.ok(found !== undefined);
	assert.equal(
		findingText(found as never),
		'saves over the data of 127.0.0.1:6379: both write /var/lib/redis/dump.rdb',
	);
	assert.equal(found.severity, 'warning');
	assert.match(messageText(found.next[0]?.text ?? ''), /copy the file away/);
});

test('per.same_file: a replica that keeps no save points stores its full resync in the file', () => {
	assert.equal(foundAmong(server(6379), server(6380, {save: ''}, {}, {role: 'replica'})).length, 1);
});

const harmless: ReadonlyArray<readonly [string, ReturnType<typeof server>]> = [
	['another folder', server(6380, {dir: '/var/lib/redis-2'})],
	['another file name', server(6380, {dbfilename: 'dump-6380.rdb'})],
	['a cache that saves nothing', server(6380, {save: ''})],
	['a container with the same path', server(6380, {}, {hasOwnRoot: true})],
	['the same process by another address', server(6380, {}, {processId: 6379})],
];
for (const [name, other] of harmless) {
	test(`per.same_file: ${name} is harmless`, () => {
		assert.deepEqual(foundAmong(server(6379), other), []);
	});
}
