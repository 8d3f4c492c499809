import assert from 'node:assert/strict';
import test from 'node:test';
import type {Evaluation} from '../../source/domain/finding.js';
import {messageText, type ShowName} from '../../source/domain/message.js';
import {cliBlocked, cliMonitor, cliPubsub, cliTracking, cliWatch} from '../../source/rules/client-use.js';
import {findingText} from '../../source/rules/finding.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const clients = (fields: Sections[string]): FactsParts => ({info: {clients: fields}});

/** The reply to CLIENT LIST. */
const listed = (...clientRows: ReadonlyArray<Parameters<typeof clientOf>[0]>): FactsParts => ({
	info: {server: {redis_version: '7.0.15'}},
	record: {clients: {atMs: 0, value: clientRows.map(clientOf)}},
});

const mebibyte = 2 ** 20;

testRule(cliBlocked, [
	['half of them', clients({connected_clients: 20, blocked_clients: 10}), 'clear'],
	[
		'most of them',
		clients({connected_clients: 20, blocked_clients: 11}),
		'info',
		/^has many clients waiting, 11 of 20 in blocking commands$/,
	],
	['a few clients in all', clients({connected_clients: 4, blocked_clients: 4}), 'clear'],
	['not printed', clients({connected_clients: 4}), 'absent'],
]);

testRule(cliMonitor, [
	['nobody', listed({id: 1, flags: 'N'}), 'clear'],
	[
		'somebody',
		listed({id: 1, flags: 'O', address: '10.0.0.9:1', name: 'bob'}),
		'warning',
		/^runs MONITOR for 10\.0\.0\.9:1 \(bob\)$/,
	],
	['CLIENT LIST was not read', {}, 'pending'],
]);

testRule(cliPubsub, [
	['keeps up', listed({id: 1, flags: 'P', outputBufferBytes: 8 * mebibyte}), 'clear'],
	[
		'is behind',
		listed({id: 1, flags: 'P', outputBufferBytes: 9 * mebibyte}),
		'warning',
		/^has a subscriber that reads too slowly, 10\.0\.4\.20:50001 is 9\.00M behind$/,
	],
	['no subscriber', listed({id: 1, flags: 'N', outputBufferBytes: 9 * mebibyte}), 'clear'],
	['CLIENT LIST was not read', {}, 'pending'],
]);

test('cli.pubsub: without a limit the server never disconnects the subscriber, and the step sets one', () => {
	const told = (limit: string) => {
		const {meaning, next} = firingOf(cliPubsub, {
			...listed({id: 1, flags: 'P', outputBufferBytes: 9 * mebibyte}),
			config: {'client-output-buffer-limit': limit},
		});
		return [messageText(meaning), ...next.map(({text}) => messageText(text))].join('\n');
	};
	assert.match(told('normal 0 0 0 slave 0 0 0 pubsub 0 0 0'), /no limit [\s\S]*CONFIG SET .*pubsub 32mb 8mb 60/);
	assert.match(told('normal 0 0 0 slave 0 0 0 pubsub 33554432 8388608 60'), /disconnects it[\s\S]*CONFIG GET/);
});

testRule(cliTracking, [
	['nothing is tracked', {info: {stats: {tracking_total_keys: 0}}}, 'clear'],
	['below', {info: {stats: {tracking_total_keys: 799_999}}}, 'clear'],
	[
		'near the default limit',
		{info: {stats: {tracking_total_keys: 800_000}}},
		'warning',
		/^has a nearly full tracking table, 800k of 1\.00M keys \(80%\)$/,
	],
	[
		'near a configured limit',
		{info: {stats: {tracking_total_keys: 95}}, config: {'tracking-table-max-keys': '100'}},
		'warning',
	],
	['no limit', {info: {stats: {tracking_total_keys: 5_000_000}}, config: {'tracking-table-max-keys': '0'}}, 'clear'],
	['before 6.0', {info: {stats: {total_commands_processed: 1}}}, 'absent'],
]);

testRule(cliWatch, [
	['a few', clients({watching_clients: 3, total_watched_keys: 1000}), 'clear'],
	[
		'many',
		clients({watching_clients: 3, total_watched_keys: 1001}),
		'info',
		/^has many keys under WATCH, 1\.00k by 3 clients$/,
	],
	['before 7.4', clients({connected_clients: 3}), 'absent'],
]);

/** All texts of a finding, with each name replaced by its kind. */
function maskedTexts(evaluation: Evaluation): string {
	assert.equal(evaluation.kind, 'fires');
	const show: ShowName = ({kind}) => `<${kind}>`;
	const values = evaluation.evidence.flatMap(({value}) => (typeof value === 'number' ? [] : messageText(value, show)));
	const steps = evaluation.next.map(({text}) => messageText(text, show));
	return [findingText(evaluation, 'long', show), ...values, ...steps].join('\n');
}

test('the address and the name of a client can be masked in every text', () => {
	const client = {id: 7, address: '10.0.0.9:1', name: 'bob', outputBufferBytes: 9 * mebibyte};
	const monitored = maskedTexts(cliMonitor.evaluate(factsOf(listed({...client, flags: 'O'})), 0));
	const subscribed = maskedTexts(cliPubsub.evaluate(factsOf(listed({...client, flags: 'P'})), 0));
	assert.match(monitored, /^runs MONITOR for <client> \(<client>\)$/m);
	assert.match(subscribed, /^has a subscriber that reads too slowly \(<client>\), <client> is 9\.00M behind$/m);
	assert.doesNotMatch(`${monitored}\n${subscribed}`, /10\.0\.|bob/);
});
