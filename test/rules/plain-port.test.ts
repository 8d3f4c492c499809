import assert from 'node:assert/strict';
import test from 'node:test';
import type {ClientRow} from '../../source/domain/client.js';
import {messageText} from '../../source/domain/message.js';
import {tlsToPlain} from '../../source/rules/plain-port.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

type Parts = {
	readonly number?: number;
	readonly client?: Partial<ClientRow>;
	readonly settings?: Record<string, string>;
};

/** Clients as Redis 8.0 and Valkey 8.1 list them that sent a ClientHello, beside one that works. */
const facts = ({number = 3, client = {}, settings = {}}: Parts = {}): FactsParts => ({
	config: settings,
	record: {
		clients: {
			atMs: nowMs,
			value: [
				clientOf({id: 1, name: 'web'}),
				...Array.from({length: number}, (_, index) =>
					clientOf({id: 2 + index, command: 'NULL', queryBufferBytes: 517, idleSeconds: 2, ageSeconds: 2, ...client}),
				),
			],
		},
	},
});

testRule(tlsToPlain, [
	[
		'three clients of one host that wait for the reply to their ClientHello',
		facts(),
		'warning',
		/^gives 3 clients no reply, from 10\.0\.4\.20: they likely speak TLS to a port without it$/,
	],
	['the server has a TLS port', facts({settings: {'tls-port': '6380'}}), 'warning', /without it, not to 6380$/],
	['the TLS port is off', facts({settings: {'tls-port': '0'}}), 'warning', /to a port without it$/],
	['two of them: somebody tries', facts({number: 2}), 'clear'],
	['connections that sent nothing, as a pool opens them', facts({client: {queryBufferBytes: 0}}), 'clear'],
	['clients whose first command arrives still', facts({client: {idleSeconds: 0}}), 'clear'],
	['a bulk load whose first command is large', facts({client: {queryBufferBytes: 1_048_576}}), 'clear'],
	['clients that have sent a command before', facts({client: {command: 'set'}}), 'clear'],
	['no list of clients yet', {}, 'pending'],
	['blocked clients', facts({client: {flags: 'b'}}), 'clear'],
]);

test('the first step names the TLS port where there is one', () => {
	const first = (settings: Record<string, string>) =>
		messageText(firingOf(tlsToPlain, facts({settings})).next[0]?.text ?? '');
	assert.equal(first({'tls-port': '6380'}), 'give these clients the TLS port 6380');
	assert.match(first({'tls-port': '0'}), /^switch TLS off in these clients/);
});
