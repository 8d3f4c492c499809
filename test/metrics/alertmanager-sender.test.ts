import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {alertKey, alertOf} from '../../source/metrics/alert.js';
import {AlertBook, restoredMs} from '../../source/metrics/alert-book.js';
import {AlertmanagerSender} from '../../source/metrics/alertmanager-sender.js';
import type {Finding} from '../../source/rules/finding.js';
import {HttpClient} from '../../source/wire/http-client.js';
import {type FakeReceiver, fakeReceiver, type ReceiverMode} from '../harness/fake-receiver.js';
import {findingOf} from '../harness/findings.js';
import {sampledAtMs} from '../harness/records.js';

type Posted = {readonly labels: Record<string, string>; readonly startsAt: string; readonly endsAt: string};

const full = findingOf('mem.max', 'warning');
const down = findingOf('conn.refused', 'critical', '10.0.1.12:6379');

async function world(
	t: TestContext,
	mode?: ReceiverMode,
	kept: ConstructorParameters<typeof AlertBook>[1] = new Map(),
) {
	const receiver = await fakeReceiver(t, mode);
	const book = new AlertBook('a:1', kept, sampledAtMs);
	const complaints: string[] = [];
	const end = new AbortController();
	const client = new HttpClient({url: new URL(`${receiver.url}/base`)});
	t.after(() => {
		end.abort();
		client.close();
	});
	const sender = new AlertmanagerSender({
		client,
		book,
		signal: end.signal,
		intervalMs: 1000,
		complain: text => complaints.push(text),
		random: () => 1,
	});
	return {
		receiver,
		book,
		sender,
		complaints,
		/** Takes over the findings that hold `afterMs` after the start, and sends what is due. */
		async at(afterMs: number, findings: readonly Finding[]) {
			book.update(findings, sampledAtMs + afterMs, key => sender.isDelivered(key));
			await sender.tell(sampledAtMs + afterMs, afterMs);
		},
	};
}

const posted = ({requests}: FakeReceiver): Array<ReadonlyArray<readonly [string | undefined, number]>> =>
	requests.map(({body}) =>
		(JSON.parse(body) as Posted[]).map(({labels, endsAt}) => [labels.alertname, Date.parse(endsAt) - sampledAtMs]),
	);

test('an alert is sent at once, each minute while it holds, with an end four minutes ahead, and when it ends', async t => {
	const {receiver, at} = await world(t);
	await at(0, [full]);
	await at(1000, [full]);
	await at(59_999, [full]);
	await at(60_000, [full]);
	await at(70_000, []);
	await at(71_000, []);
	await at(130_000, []);
	assert.deepEqual(posted(receiver), [
		[['mem.max', 240_000]],
		[['mem.max', 300_000]],
		[['mem.max', 70_000]],
		[['mem.max', 70_000]],
	]);
	assert.deepEqual(receiver.requests.map(({method, path, headers}) => [method, path, headers['content-type']])[0], [
		'POST',
		'/base/api/v2/alerts',
		'application/json',
	]);
	const [alert] = JSON.parse(receiver.requests[0]?.body ?? '[]') as Posted[];
	assert.equal(alert?.startsAt, new Date(full.sinceMs).toISOString());
});

test('a new alert does not bring the others along, and what is due each minute goes in one request', async t => {
	const {receiver, at} = await world(t);
	await at(0, [full]);
	await at(30_000, [full, down]);
	await at(60_000, [full, down]);
	await at(90_000, [full, down]);
	await at(120_000, [full, down]);
	assert.deepEqual(
		posted(receiver).map(alerts => alerts.map(([name]) => name)),
		[['mem.max'], ['conn.refused'], ['mem.max', 'conn.refused'], ['mem.max', 'conn.refused']],
	);
});

const failures: ReadonlyArray<readonly [name: string, mode: ReceiverMode, why: RegExp]> = [
	['refuses', {status: 500, body: '"broken"'}, /answers 500 Internal Server Error: "broken"/],
	['is full', {status: 507}, /answers 507/],
	['wants a login', {status: 401}, /answers 401 Unauthorized/],
	['closes the connection', 'close', /reset the connection|closed the connection/],
	['answers without end', 'endless', /sends more than 4 MiB/],
	['is no web server', 'no-http', /something that is not HTTP/],
];

for (const [name, mode, why] of failures) {
	test(`an Alertmanager that ${name} is told everything when it is back, and one line says each change`, async t => {
		const {receiver, at, complaints, sender} = await world(t, mode);
		await at(0, [full]);
		await at(500, [full]);
		assert.equal(receiver.requests.length, 1, 'it is left alone for a second');
		await at(1000, [full]);
		await at(2000, [full]);
		assert.equal(receiver.requests.length, 2, 'then for two');
		assert.equal(sender.state.isUp, false);
		assert.equal(sender.state.waiting, 1);
		receiver.mode = {status: 200};
		await at(40_000, [full, down]);
		assert.deepEqual(
			posted(receiver)
				.at(-1)
				?.map(([alertname]) => alertname),
			['mem.max', 'conn.refused'],
		);
		assert.equal(sender.state.isUp, true);
		assert.equal(complaints.length, 2);
		assert.match(complaints[0] ?? '', why);
		assert.equal(complaints[1], `Alertmanager 127.0.0.1:${receiver.port} answers again`);
	});
}

test('an end that could not be delivered is delivered later', async t => {
	const {receiver, at} = await world(t);
	await at(0, [full]);
	await receiver.stop();
	await at(10_000, []);
	await at(3_600_000, []);
	await receiver.start();
	await at(3_700_000, []);
	assert.deepEqual(posted(receiver).at(-1), [['mem.max', 10_000]]);
});

test('an alert that began and ended while the Alertmanager was away is no news', async t => {
	const {receiver, at} = await world(t, {status: 500});
	await at(0, [full]);
	receiver.mode = {status: 200};
	await at(10_000, []);
	await at(20_000, []);
	assert.equal(receiver.requests.length, 1);
});

test('only one request is under way, and what came meanwhile follows', async t => {
	const {receiver, book, sender} = await world(t, 'hang');
	book.update([full], sampledAtMs, () => true);
	const first = sender.tell(sampledAtMs, 0);
	await sender.tell(sampledAtMs + 1000, 1000);
	await sender.tell(sampledAtMs + 2000, 2000);
	assert.ok(receiver.requests.length <= 1);
	await receiver.stop();
	await first;
	await receiver.start();
	receiver.mode = {status: 200};
	book.update([full, down], sampledAtMs + 9000, () => true);
	await sender.tell(sampledAtMs + 9000, 9000);
	assert.deepEqual(
		posted(receiver)
			.at(-1)
			?.map(([name]) => name),
		['mem.max', 'conn.refused'],
	);
});

test('an alert of an earlier run is not sent until its finding is there again, and ended when it does not come', async t => {
	const kept = new Map([[alertKey(full), alertOf(full, 'a:1')]]);
	const {receiver, at} = await world(t, undefined, kept);
	await at(0, []);
	await at(120_000, []);
	assert.equal(receiver.requests.length, 0);
	await at(restoredMs, []);
	assert.deepEqual(posted(receiver), [[['mem.max', restoredMs]]]);
});

test('2,000 alerts go in portions', async t => {
	const {receiver, at} = await world(t);
	await at(
		0,
		Array.from({length: 2000}, (_, index) => findingOf('mem.max', 'warning', `n${index}:1`)),
	);
	assert.deepEqual(
		posted(receiver).map(({length}) => length),
		[500, 500, 500, 500],
	);
});
