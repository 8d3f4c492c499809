import assert from 'node:assert/strict';
import {test} from 'node:test';
import {clusterFor} from '../harness/cluster.js';
import {eventually} from '../harness/eventually.js';
import {at, serverVersions} from './monitor.js';
import {checked, expectCheck, whileRepeating} from './scenario.js';

for (const {name, program} of await serverVersions()) {
	test(`check names the slot and the hash tag that fill one shard: ${name}`, async t => {
		const {primaries} = await clusterFor(t, {
			server: program,
			nodeTimeoutMs: 60_000,
			args: ['--maxmemory', '16mb', '--maxmemory-policy', 'noeviction'],
		});
		// The slot of {tenant-7} is 4260, and the slot of {user-2} is 157: both are on the first primary.
		const [first, second] = primaries;
		assert.ok(first && second);
		const fill = "for i = 1, 100 do redis.call('SET', KEYS[1] .. i, ARGV[1]) end";
		await first.command('EVAL', fill, 1, '{user-2}:', 'u');
		let next = 0;
		const write = () => first.command('SET', `{tenant-7}:order:${next++}`, 'o'.repeat(40_000));
		await eventually('it refuses writes', async () => {
			const replies = await Promise.all(Array.from({length: 50}, () => write().catch(error => String(error))));
			return replies.some(reply => /OOM/.test(String(reply))) || undefined;
		});
		await whileRepeating(write, async () => {
			expectCheck(await checked(t, at(first)), {
				status: 'critical',
				verdict:
					/refuses writes \(OOM\).*: slot 4260 with hash tag \{tenant-7\} holds [5-9]\d% of its keys, the others use/,
				rules: ['mem.oom critical', 'mem.max critical'],
			});
		});
		for (const [node, isAsked] of [
			[first, true],
			[second, false],
		] as const) {
			const calls = String(await node.command('INFO', 'commandstats'));
			assert.equal(/cmdstat_(?:randomkey|cluster\|slot-stats):/.test(calls), isAsked, calls);
		}
	});
}
