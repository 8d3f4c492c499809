import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import type {AuditFact} from '../../source/domain/audit.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {GrafanaAnnotator} from '../../source/metrics/grafana-annotator.js';
import {HttpClient} from '../../source/wire/http-client.js';
import {eventually} from '../harness/eventually.js';
import {FakeClock} from '../harness/fake-clock.js';
import {fakeReceiver, type ReceiverMode} from '../harness/fake-receiver.js';

const fact = (phase: AuditFact['phase'], parts: Partial<AuditFact> = {}): AuditFact => ({
	phase,
	target: '10.0.1.11:6379' as NodeAddress,
	runId: undefined,
	action: 'bgsave',
	command: 'BGSAVE',
	detail: undefined,
	...parts,
});

async function world(t: TestContext, mode?: ReceiverMode) {
	const receiver = await fakeReceiver(t, mode);
	const clock = new FakeClock();
	const end = new AbortController();
	const complaints: string[] = [];
	const client = new HttpClient({url: new URL(receiver.url), readSecret: async () => 'token-1'});
	t.after(() => {
		end.abort();
		client.close();
	});
	const annotator = new GrafanaAnnotator({
		client,
		osUser: 'ann',
		clock,
		signal: end.signal,
		complain: text => complaints.push(text),
		random: () => 1,
	});
	return {receiver, clock, annotator, complaints};
}

test('an action that was sent is annotated from its intent to its proof', async t => {
	const {receiver, clock, annotator} = await world(t);
	const beganAtMs = clock.now();
	annotator.note(fact('intent'));
	await clock.advance(3000);
	annotator.note(fact('outcome', {outcome: 'replied', detail: 'Background saving started'}));
	annotator.note(fact('verified', {detail: 'verified: saved in 2 s'}));
	const [request] = await eventually('the annotation', () =>
		receiver.requests.length > 0 ? receiver.requests : undefined,
	);
	assert.deepEqual(
		[request?.method, request?.path, request?.headers.authorization],
		['POST', '/api/annotations', 'Bearer token-1'],
	);
	assert.deepEqual(JSON.parse(request?.body ?? ''), {
		time: beganAtMs,
		timeEnd: beganAtMs + 3000,
		tags: ['redis-top', 'bgsave', '10.0.1.11:6379'],
		text: 'BGSAVE on 10.0.1.11:6379 by ann: verified: saved in 2 s',
	});
});

test('what was not sent is not annotated', async t => {
	const {receiver, annotator} = await world(t);
	for (const phase of ['unlocked', 'refused', 'intent', 'aborted'] as const) {
		annotator.note(fact(phase));
	}

	annotator.note(fact('intent'));
	annotator.note(fact('outcome', {outcome: 'refused'}));
	annotator.note(fact('intent', {action: 'memory-purge', command: undefined}));
	annotator.note(fact('unproved', {action: 'memory-purge', command: undefined}));
	await eventually('one annotation', () => (receiver.requests.length > 0 ? true : undefined));
	assert.match(receiver.requests[0]?.body ?? '', /memory-purge on 10\.0\.1\.11:6379 by ann: unproved/);
	assert.equal(receiver.requests.length, 1);
});

test('an annotation waits for a Grafana that is away, and one line says each change', async t => {
	const {receiver, clock, annotator, complaints} = await world(t, {status: 503});
	annotator.note(fact('intent'));
	annotator.note(fact('verified'));
	await eventually('a refusal', () => (complaints.length > 0 ? true : undefined));
	receiver.mode = {status: 200};
	await eventually('the second attempt', async () => {
		await clock.advance(1000);
		return complaints.length > 1 ? true : undefined;
	});
	assert.match(complaints[0] ?? '', /^Grafana 127\.0\.0\.1:\d+ answers 503/);
	assert.match(complaints[1] ?? '', /^Grafana 127\.0\.0\.1:\d+ answers again$/);
});
