import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {restoredMs} from '../../source/metrics/alert-book.js';
import {WebhookSender, type WebhookSenderOptions} from '../../source/metrics/webhook-sender.js';
import {type Finding, findingKey} from '../../source/rules/finding.js';
import {HttpClient} from '../../source/wire/http-client.js';
import {fakeReceiver, type ReceiverMode} from '../harness/fake-receiver.js';
import {findingOf} from '../harness/findings.js';
import {sampledAtMs} from '../harness/records.js';

const full = findingOf('mem.max', 'warning');
const down = findingOf('conn.refused', 'critical', '10.0.1.12:6379');

async function world(t: TestContext, mode?: ReceiverMode, options: Partial<WebhookSenderOptions> = {}) {
	const receiver = await fakeReceiver(t, mode);
	const complaints: string[] = [];
	const client = new HttpClient({url: new URL(`${receiver.url}/services/T00/verysecretpath`)});
	t.after(() => client.close());
	const sender = new WebhookSender({
		client,
		format: 'json',
		deployment: 'a:1',
		signal: new AbortController().signal,
		readSecret: undefined,
		reported: new Map(),
		startedAtMs: sampledAtMs,
		json: ({event, finding}) => JSON.stringify([event, finding.rule, finding.severity]),
		complain: text => complaints.push(text),
		random: () => 1,
		...options,
	});
	return {
		receiver,
		sender,
		complaints,
		async at(afterMs: number, findings: readonly Finding[]) {
			sender.update(new Map(findings.map(finding => [findingKey(finding), finding])), sampledAtMs + afterMs);
			await sender.tell(sampledAtMs + afterMs, afterMs);
		},
		told: () => receiver.requests.map(({body}) => (JSON.parse(body) as string[]).join(' ')),
	};
}

test('a finding is told when it opens, when its severity changes and when it is over, and not in between', async t => {
	const {at, told} = await world(t);
	await at(0, [full]);
	await at(1000, [{...full, problem: 'other figures'}]);
	await at(2000, [{...full, severity: 'critical'}, down]);
	await at(3000, [down]);
	await at(4000, [down]);
	await at(5000, []);
	assert.deepEqual(told(), [
		'opened mem.max warning',
		'changed mem.max critical',
		'opened conn.refused critical',
		'closed mem.max critical',
		'closed conn.refused critical',
	]);
});

test('a finding that becomes a note is over, and a note is never told', async t => {
	const {at, told} = await world(t);
	await at(0, [full, findingOf('cfg.lat', 'info')]);
	await at(1000, [{...full, severity: 'info'}]);
	assert.deepEqual(told(), ['opened mem.max warning', 'closed mem.max warning']);
});

test('while the receiver is away, at most one message of each finding waits, and what came and went is no news', async t => {
	const {receiver, at, told, sender, complaints} = await world(t, {status: 503});
	await at(0, [full]);
	for (let second = 1; second < 100; second++) {
		await at(second * 100, second % 2 === 0 ? [full, down] : [full]);
	}

	assert.ok(sender.state.waiting <= 2);
	receiver.mode = {status: 200};
	const before = receiver.requests.length;
	await at(60_000, [full]);
	await at(61_000, [full]);
	assert.deepEqual(told().slice(before), ['opened mem.max warning']);
	assert.equal(complaints.length, 2);
	assert.match(
		complaints[0] ?? '',
		/^webhook 127\.0\.0\.1:\d+ answers 503 Service Unavailable; what it should get waits$/,
	);
});

test('an end that is undone before it was sent is not told', async t => {
	const {receiver, at, told} = await world(t);
	await at(0, [full]);
	receiver.mode = 'close';
	await at(1000, []);
	receiver.mode = {status: 200};
	await at(60_000, [full]);
	await at(61_000, [full]);
	assert.deepEqual(told(), ['opened mem.max warning', 'closed mem.max warning']);
});

test('a message that the receiver refuses for good does not hold up the others, and the line about it has no secret', async t => {
	const {receiver, at, told, complaints} = await world(
		t,
		{status: 400, body: 'invalid key hunter2 at /services/T00/verysecretpath'},
		{
			readSecret: async () => 'hunter2',
		},
	);
	await at(0, [full]);
	receiver.mode = {status: 200};
	await at(1000, [full, down]);
	assert.deepEqual(told(), ['opened mem.max warning', 'opened conn.refused critical']);
	assert.equal(complaints.length, 1);
	assert.match(
		complaints[0] ?? '',
		/answers 400 Bad Request: invalid key \*\*\* at \*\*\*; the message about mem\.max is left out$/,
	);
});

test('Retry-After is waited for', async t => {
	const {receiver, at, told} = await world(t, {status: 429, headers: {'retry-after': '20'}});
	await at(0, [full]);
	receiver.mode = {status: 200};
	await at(19_999, [full]);
	assert.equal(told().length, 1);
	await at(20_000, [full]);
	assert.equal(told().length, 2);
});

test('after a restart nothing is told twice, and what ended meanwhile is told after a while', async t => {
	const reported = new Map([full, down].map(finding => [findingKey(finding), finding]));
	const {at, told} = await world(t, undefined, {reported});
	await at(0, []);
	await at(60_000, [full]);
	await at(restoredMs - 2, [full]);
	assert.deepEqual(told(), []);
	await at(restoredMs - 1, []);
	assert.deepEqual(told(), ['closed mem.max warning']);
	await at(restoredMs, []);
	assert.deepEqual(told(), ['closed mem.max warning', 'closed conn.refused critical']);
});

test('a secret whose file is gone holds messages back until it is there again', async t => {
	let isThere = false;
	const {at, told, complaints} = await world(t, undefined, {
		readSecret: () =>
			isThere ? Promise.resolve('k') : Promise.reject(new Error("/run/key: can't be read: no such file")),
	});
	await at(0, [full]);
	assert.deepEqual(told(), []);
	assert.match(complaints[0] ?? '', /cannot be told: \/run\/key: can't be read: no such file/);
	isThere = true;
	await at(60_000, [full]);
	assert.deepEqual(told(), ['opened mem.max warning']);
});

test('10,000 findings at once do not fill the memory, and all are told in the end', async t => {
	const {receiver, at, sender, told} = await world(t, {status: 503});
	const many = Array.from({length: 1500}, (_, index) => findingOf('mem.max', 'warning', `n${index}:1`));
	await at(0, many);
	assert.equal(sender.state.waiting, 1000);
	receiver.mode = {status: 200};
	await at(60_000, many);
	await at(61_000, many);
	await at(62_000, many);
	assert.equal(told().length, 1501);
});
