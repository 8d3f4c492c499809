import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {test} from 'node:test';
import {
	dedupKey,
	deliveryOf,
	signatureHeaders,
	type WebhookMessage,
	webhookBody,
} from '../../source/metrics/webhook-message.js';
import {findingOf} from '../harness/findings.js';
import {sampledAtMs} from '../harness/records.js';

const finding = findingOf('mem.max', 'critical', undefined, {
	problem: 'holds <!channel> & more',
	effect: 'writes-refused',
	next: [{kind: 'words', text: 'raise maxmemory'}],
});
const opened: WebhookMessage = {event: 'opened', finding, atMs: sampledAtMs};
const context = {deployment: 'a:1', secret: 'key', json: ({event}: WebhookMessage) => `{"event":"${event}"}`};

test('JSON is the line that watch prints', () => {
	assert.equal(webhookBody('json', opened, context), '{"event":"opened"}');
});

test('a message to Slack cannot call people or make links of a server text', () => {
	const {text, blocks} = JSON.parse(webhookBody('slack', opened, context));
	assert.equal(
		text,
		':red_circle: *critical* 10.0.1.11:6379 holds &lt;!channel&gt; &amp; more\n• raise maxmemory\n_mem.max, a:1_',
	);
	assert.deepEqual(blocks, [{type: 'section', text: {type: 'mrkdwn', text}}]);
	const over = JSON.parse(webhookBody('slack', {...opened, event: 'closed'}, context));
	assert.match(over.text, /^:white_check_mark: over: 10\.0\.1\.11:6379 holds/);
	const long = webhookBody('slack', {...opened, finding: {...finding, problem: 'x'.repeat(9000)}}, context);
	assert.equal(JSON.parse(long).text.length, 3000);
});

test('PagerDuty gets a trigger, and a resolve with the same key', () => {
	const body = JSON.parse(webhookBody('pagerduty', opened, context));
	assert.deepEqual(
		{...body, payload: {...body.payload, custom_details: undefined}},
		{
			routing_key: 'key',
			event_action: 'trigger',
			dedup_key: dedupKey(finding, 'a:1'),
			payload: {
				summary: '10.0.1.11:6379 holds <!channel> & more',
				source: '10.0.1.11:6379',
				severity: 'critical',
				timestamp: new Date(finding.sinceMs).toISOString(),
				component: 'redis',
				group: 'a:1',
				class: 'mem.max',
				custom_details: undefined,
			},
		},
	);
	assert.deepEqual(body.payload.custom_details, {
		effect: 'writes-refused',
		meaning: 'What mem.max means.',
		evidence: {used_memory: 1024 ** 3},
		next: ['raise maxmemory'],
	});
	const over = JSON.parse(
		webhookBody('pagerduty', {...opened, event: 'closed', finding: {...finding, severity: 'warning'}}, context),
	);
	assert.deepEqual([over.event_action, over.dedup_key], ['resolve', body.dedup_key]);
	assert.deepEqual(over.payload.custom_details.next, [
		'see in the logs of the clients whether they sent again what failed',
		'if it comes back: raise maxmemory',
	]);
	assert.notEqual(dedupKey(finding, 'b:1'), body.dedup_key);
});

test('a receiver can verify who sent a body and when, and tells a second attempt from a second message', () => {
	const delivery = deliveryOf(opened, 'a:1');
	const headers = signatureHeaders('{}', 'secret', {delivery, nowMs: 1_700_000_000_999});
	const expected = createHmac('sha256', 'secret').update('1700000000.{}').digest('hex');
	assert.deepEqual(headers, {
		'x-redis-top-delivery': delivery,
		'x-redis-top-timestamp': '1700000000',
		'x-redis-top-signature': `sha256=${expected}`,
	});
	assert.deepEqual(signatureHeaders('{}', undefined, {delivery, nowMs: 0}), {'x-redis-top-delivery': delivery});
	assert.notEqual(deliveryOf({...opened, event: 'closed'}, 'a:1'), delivery);
});
