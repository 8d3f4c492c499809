import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {readAlertmanagers} from '../../source/metrics/alertmanager-reader.js';
import type {AlertingView} from '../../source/state/alerting-view.js';
import {HttpClient} from '../../source/wire/http-client.js';
import {eventually} from '../harness/eventually.js';
import {FakeClock} from '../harness/fake-clock.js';
import {fakeReceiver, type ReceiverMode} from '../harness/fake-receiver.js';

const alerts = (...list: ReadonlyArray<readonly [rule: string, isSilenced: boolean]>): ReceiverMode => ({
	status: 200,
	body: JSON.stringify(
		list.map(([alertname, isSilenced]) => ({
			labels: {alertname, source: 'redis-top', instance: 'a:1'},
			status: {silencedBy: isSilenced ? ['id'] : [], inhibitedBy: []},
		})),
	),
});

async function following(t: TestContext, ...modes: readonly ReceiverMode[]) {
	const receivers = await Promise.all(modes.map(mode => fakeReceiver(t, mode)));
	const end = new AbortController();
	const clock = new FakeClock();
	const views: AlertingView[] = [];
	const clients = receivers.map(({url}) => new HttpClient({url: new URL(url)}));
	void readAlertmanagers({clients, clock, signal: end.signal, onChange: view => views.push(view)});
	t.after(() => {
		end.abort();
		for (const client of clients) {
			client.close();
		}
	});
	return {
		receivers,
		/** The view after the next read. */
		async next() {
			const before = views.length;
			return eventually('the next view', async () => {
				await clock.advance(10_000);
				return views[before];
			});
		},
		first: () => eventually('a view', () => views[0]),
	};
}

test('what several Alertmanagers know is taken together, and firing counts more than silenced', async t => {
	const {receivers, first} = await following(
		t,
		alerts(['mem.max', true], ['rep.lost', true]),
		alerts(['mem.max', false]),
	);
	const {states, problem} = await first();
	assert.deepEqual(
		[...states],
		[
			['mem.max a:1 ', 'fires'],
			['rep.lost a:1 ', 'silenced'],
		],
	);
	assert.equal(problem, undefined);
	assert.equal(receivers[0]?.requests[0]?.path, '/api/v2/alerts?filter=source%3D%22redis-top%22');
});

test('an Alertmanager that is away or answers nonsense is a problem only where no other one answers', async t => {
	const one = await following(t, {status: 200, body: '<html>'}, alerts(['mem.max', false]));
	const {problem, states} = await one.first();
	assert.deepEqual([problem, states.size], [undefined, 1]);
	const alone = await following(t, {status: 200, body: '<html>'});
	assert.match(
		(await alone.first()).problem ?? '',
		/^Alertmanager 127\.0\.0\.1:\d+ answers something that is no list of alerts$/,
	);
	for (const receiver of alone.receivers) {
		receiver.mode = {status: 503};
	}

	assert.match((await alone.next()).problem ?? '', /answers 503/);
	for (const receiver of alone.receivers) {
		receiver.mode = alerts(['mem.max', true]);
	}

	const healed = await eventually('it is back', async () => {
		const view = await alone.next();
		return view.problem === undefined ? view : undefined;
	});
	assert.deepEqual([...healed.states.values()], ['silenced']);
});
