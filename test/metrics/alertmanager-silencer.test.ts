import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import {alertmanagerSilencer, instancePattern} from '../../source/metrics/alertmanager-silencer.js';
import {HttpClient} from '../../source/wire/http-client.js';
import {fakeReceiver, type ReceiverMode} from '../harness/fake-receiver.js';

const nowMs = Date.UTC(2026, 10, 23, 14, 0, 0);
const nodes = ['10.0.1.11:6379', '[fd00::11]:6379', 'unix:/run/redis.sock'] as NodeAddress[];
const request = {nodes: nodes.slice(0, 1), endsAtMs: nowMs + 900_000, comment: "redis-top: it's on 10.0.1.11:6379"};
const accepts: ReceiverMode = {status: 200, body: '{"silenceID":"0d5ab8b8-61b2-4a2a-a2f5-1cb41c5f3a9c"}'};

async function silencing(t: TestContext, ...modes: readonly ReceiverMode[]) {
	const receivers = await Promise.all(modes.map(mode => fakeReceiver(t, mode)));
	const clients = receivers.map(({url}) => new HttpClient({url: new URL(url)}));
	t.after(() => {
		for (const client of clients) {
			client.close();
		}
	});
	const silencer = alertmanagerSilencer(clients, 'alice', () => nowMs);
	return {receivers, silencer, places: clients.map(({place}) => place)};
}

test('a silence is of the node, begins in the past and says who wants it', async t => {
	const {receivers, silencer, places} = await silencing(t, accepts);
	const {parts, problem} = await silencer.set(request);
	assert.equal(problem, undefined);
	assert.deepEqual(parts, [{place: places[0], id: '0d5ab8b8-61b2-4a2a-a2f5-1cb41c5f3a9c'}]);
	const [post] = receivers[0]?.requests ?? [];
	assert.equal(`${post?.method} ${post?.path}`, 'POST /api/v2/silences');
	assert.deepEqual(JSON.parse(post?.body ?? ''), {
		matchers: [{name: 'instance', value: instancePattern(nodes.slice(0, 1)), isRegex: true, isEqual: true}],
		startsAt: '2026-11-23T13:00:00.000Z',
		endsAt: '2026-11-23T14:15:00.000Z',
		createdBy: 'alice',
		comment: request.comment,
	});
	assert.equal(
		silencer.commandOf(request),
		`amtool silence add --end=2026-11-23T14:15:00.000Z --comment='redis-top: it'\\''s on 10.0.1.11:6379' 'instance=~${instancePattern(nodes.slice(0, 1))}'`,
	);
});

test('the pattern means the named nodes, as exporters write them, and no others', () => {
	const pattern = new RegExp(`^(?:${instancePattern(nodes)})$`);
	for (const own of [
		'10.0.1.11:6379',
		'redis://10.0.1.11:6379',
		'rediss://user@10.0.1.11:6379/',
		'[fd00::11]:6379',
		'unix:/run/redis.sock',
	]) {
		assert.match(own, pattern);
	}

	for (const other of [
		'10.0.1.11:63790',
		'110.0.1.11:6379',
		'10.0.1.12:6379',
		'10a0.1.11:6379',
		'10.0.1.11:9121',
		'',
	]) {
		assert.doesNotMatch(other, pattern);
	}
});

test('a lifted silence is deleted, and one that Alertmanager does not know any more counts as lifted', async t => {
	const {receivers, silencer, places} = await silencing(t, {status: 200});
	const part = {place: places[0] ?? '', id: 'a-b'};
	assert.equal(await silencer.lift(part), undefined);
	const [deletion] = receivers[0]?.requests ?? [];
	assert.equal(`${deletion?.method} ${deletion?.path}`, 'DELETE /api/v2/silence/a-b');
	const [receiver] = receivers;
	assert.ok(receiver);
	receiver.mode = {status: 404};
	assert.equal(await silencer.lift(part), undefined);
	receiver.mode = {status: 500, body: 'disk full'};
	assert.equal(await silencer.lift(part), `Alertmanager ${places[0]} answers 500 Internal Server Error: disk full`);
	assert.match((await silencer.lift({place: 'other:9093', id: 'a'})) ?? '', /other:9093 is not one of --alertmanager/);
});

const failures: ReadonlyArray<readonly [name: string, mode: ReceiverMode, why: RegExp]> = [
	['refuses', {status: 400, body: '"bad matcher"'}, /answers 400 Bad Request: "bad matcher"$/],
	['hangs', 'hang', /does not answer within 3 s$/],
	['closes', 'close', /^Alertmanager \S+ \S/],
	['never ends', 'endless', /sends more than/],
	['speaks no HTTP', 'no-http', /not HTTP/],
	['answers nonsense', {status: 200, body: '<html>'}, /answers something that is no silence$/],
	['answers another JSON', {status: 200, body: '{"silenceID":7}'}, /answers something that is no silence$/],
	['answers a hostile id', {status: 200, body: '{"silenceID":"../alerts"}'}, /answers something that is no silence$/],
];

for (const [name, mode, why] of failures) {
	test(`one line says why there is no silence where Alertmanager ${name}`, async t => {
		const {silencer} = await silencing(t, mode);
		const {parts, problem} = await silencer.set(request);
		assert.deepEqual(parts, []);
		assert.match(problem ?? '', why);
		assert.doesNotMatch(problem ?? '', /\n/);
	});
}

test('of two Alertmanagers, the one that has the silence is named beside the one that has not', async t => {
	const {silencer, places} = await silencing(t, accepts, {status: 503});
	const {parts, problem} = await silencer.set(request);
	assert.deepEqual(
		parts.map(({place}) => place),
		places.slice(0, 1),
	);
	assert.equal(problem, `Alertmanager ${places[1]} answers 503 Service Unavailable; ${places[0]} has it`);
});
