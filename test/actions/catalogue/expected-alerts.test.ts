import assert from 'node:assert/strict';
import test from 'node:test';
import {type ActionId, catalogue} from '../../../source/actions/catalogue/catalogue.js';
import {eventually} from '../../harness/eventually.js';
import {benchFor, prepare, serverFor} from '../workbench.js';

/** Actions of the worst class that make no alert: they end one, or change what nodes know of each other. */
const quiet: ReadonlySet<ActionId> = new Set([
	'cluster-forget',
	'cluster-setslot-stable',
	'sentinel-reset',
	'shutdown-abort',
]);

test('a silence is offered for every action that takes a server or its writes away, and for no other', () => {
	const offered = catalogue.filter(({alerts}) => alerts !== undefined).map(({id}) => id);
	const expected = catalogue.filter(row => (row.class === 'outage' && !quiet.has(row.id)) || row.id === 'client-pause');
	assert.deepEqual(
		offered,
		expected.map(({id}) => id),
	);
});

test('the plan names the nodes of the alerts, and how long the action goes on after its proof', async t => {
	const primary = await serverFor(t, {args: ['--repl-diskless-sync-delay', '0']});
	const replica = await serverFor(t, {args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	await eventually('the replica', async () =>
		/state=online/.test(String(await primary.command('INFO', 'replication'))) ? true : undefined,
	);
	const bench = benchFor(t);
	const expected = async (server: typeof primary, id: ActionId, text?: string) => {
		const {plan, port} = await prepare(bench, server, id, text);
		port.close();
		return plan.silence && [plan.silence.nodes, plan.silence.lastsMs];
	};
	const [first, second] = [primary, replica].map(({port}) => `127.0.0.1:${port}`);
	assert.equal(await expected(primary, 'bgsave'), undefined);
	assert.deepEqual(await expected(primary, 'shutdown-save'), [[first], 0]);
	assert.deepEqual(await expected(primary, 'client-pause', '2500'), [[first], 2500]);
	assert.deepEqual(await expected(replica, 'promote'), [[second, first], 0]);
});
