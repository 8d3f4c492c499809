import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import test from 'node:test';
import {keyCount, metrics} from '../../source/domain/metric.js';
import {parseInfo} from '../../source/parse/info.js';
import {fixture, fixtureServers} from '../harness/fixtures.js';
import {infoOf} from '../harness/records.js';

test('every metric stands there once', () => {
	const ids = metrics.map(({id}) => id);
	assert.deepEqual([...new Set(ids)], ids);
});

test('a server that says nothing has no metric', () => {
	for (const {id, read} of metrics) {
		assert.equal(read(infoOf({})), undefined, id);
	}
});

test('keys are counted over all databases; an empty section is 0, a missing one unknown', () => {
	assert.equal(keyCount(infoOf({keyspace: {db0: 'keys=12,expires=1,avg_ttl=0', db11: 'keys=30,expires=0'}})), 42);
	assert.equal(keyCount(infoOf({keyspace: {}})), 0);
	assert.equal(keyCount(infoOf({memory: {}})), undefined);
});

const cpu = metrics.find(({id}) => id === 'cpuSeconds');
const cpuCases: ReadonlyArray<readonly [string, Record<string, number>, number | undefined]> = [
	[
		'the main thread, where it is known',
		{used_cpu_user: 8, used_cpu_sys: 8, used_cpu_user_main_thread: 1.5, used_cpu_sys_main_thread: 0.25},
		1.75,
	],
	['else the process', {used_cpu_user: 8, used_cpu_sys: 4}, 12],
	['half of it is nothing', {used_cpu_user: 8}, undefined],
];
for (const [name, fields, seconds] of cpuCases) {
	test(`CPU: ${name}`, () => {
		assert.equal(cpu?.read(infoOf({cpu: fields})), seconds);
	});
}

for (const server of fixtureServers) {
	const file = 'primary/info.txt';
	test(`${server} gives every metric`, {skip: !existsSync(`test/fixtures/${server}/${file}`) && 'no fixture'}, () => {
		const info = parseInfo(fixture(server, file));
		assert.deepEqual(
			metrics.filter(({read}) => read(info) === undefined).map(({id}) => id),
			[],
		);
	});
}
