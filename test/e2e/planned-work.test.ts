import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import path from 'node:path';
import {test} from 'node:test';
import {promisify} from 'node:util';
import {clusterFor} from '../harness/cluster.js';
import {eventually} from '../harness/eventually.js';
import type {TestServer} from '../harness/servers.js';
import {at, serverVersions, startProgram} from './monitor.js';
import {checked} from './scenario.js';

/*
Planned work on a healthy cluster. The monitor may say that it goes on, and nothing worse than a warning of what is so at
that moment: nothing is lost, and nothing fails.
*/

const run = promisify(execFile);

const slotsOf = async (node: TestServer): Promise<number> => {
	const self = String(await node.command('CLUSTER', 'NODES'))
		.split('\n')
		.find(line => line.includes('myself'));
	const ranges = (self ?? '').split(' ').slice(8);
	return ranges.reduce((sum, range) => {
		const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
		return first === undefined ? sum : sum + Number(last) - Number(first) + 1;
	}, 0);
};

const ways = [
	['redis-7.0', 'redis-cli --cluster reshard'],
	['valkey-9.1', 'CLUSTER MIGRATESLOTS'],
] as const;

for (const [name, way] of ways) {
	const version = (await serverVersions()).find(each => each.name === name);
	test(`slots that move with their keys are no loss and no failure: ${way}`, {
		skip: version === undefined && `there is no ${name} here`,
	}, async t => {
		assert.ok(version);
		const {primaries, ids} = await clusterFor(t, {server: version.program});
		const [, target, source] = primaries;
		assert.ok(source && target);
		// The keys of the last third, most of which go with the slots that Valkey moves.
		for (let first = 0; first < 12_000; first += 1000) {
			await Promise.all(
				Array.from({length: 1000}, (_, index) => source.command('SET', `key-${first + index}`, 'x'.repeat(20))),
			);
		}

		const keysThere = Number(await source.command('DBSIZE'));
		assert.ok(keysThere > 3000, String(keysThere));
		const watch = await startProgram(t, ['watch', ...at(source), '-i', '500ms', '--json']);
		await eventually(
			'all nodes are seen',
			() => watch.stdout().includes('clu.') || watch.stdout().includes('lat.') || undefined,
		);
		if (way === 'CLUSTER MIGRATESLOTS') {
			const reply = await source.command(
				...['CLUSTER', 'MIGRATESLOTS', 'SLOTSRANGE', 10_923, 16_300, 'NODE', ids.get(target) ?? ''],
			);
			assert.equal(reply, 'OK');
		} else {
			await run(path.join(path.dirname(version.program), 'redis-cli'), [
				...['--cluster', 'reshard', `127.0.0.1:${source.port}`, '--cluster-yes', '--cluster-slots', '300'],
				...['--cluster-from', ids.get(source) ?? '', '--cluster-to', ids.get(target) ?? ''],
				...['--cluster-pipeline', '100'],
			]);
		}

		// A primary without slots would become a replica.
		const left = way === 'CLUSTER MIGRATESLOTS' ? 83 : 5461 - 300;
		await eventually('the slots have moved', async () => (await slotsOf(source)) === left || undefined);
		if (way === 'CLUSTER MIGRATESLOTS') {
			await eventually(
				'the keys have gone',
				async () => Number(await source.command('DBSIZE')) < keysThere / 2 || undefined,
			);
		}

		// A look of its own takes several polls, and so does the watch meanwhile.
		const check = await checked(t, [...at(source), '-i', '500ms']);
		assert.notEqual(check.status, 'critical', check.verdict);
		const found = watch
			.stdout()
			.split('\n')
			.filter(line => line !== '')
			.map(line => JSON.parse(line))
			.filter(({event, finding}) => event === 'opened' && finding.severity === 'critical')
			.map(({finding}) => `${finding.rule} ${finding.node} ${finding.title}`);
		assert.deepEqual(found, []);
		watch.kill('SIGTERM');
		await watch.exited;
	});
}
