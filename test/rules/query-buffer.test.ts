import assert from 'node:assert/strict';
import test from 'node:test';
import {readServerLog} from '../../source/parse/server-log.js';
import {cliObufKill} from '../../source/rules/client-buffers.js';
import {netBigReply} from '../../source/rules/large-replies.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** A line of the log about a client whose request did not fit. */
const closed = (name: string, agoMs = 10_000): NonNullable<FactsParts['host']> => ({
	log: readServerLog(
		'a log',
		`12:M ${new Date(nowMs - agoMs).toISOString()} # Closing client that reached max query buffer length: id=95 addr=10.0.0.9:44860 laddr=10.0.0.1:6379 fd=15 name=${name} age=0 idle=0 flags=N qbuf=1500002 tot-mem=1520280 events=r cmd=set`,
	),
});

/** The counters of a second in which the server disconnected clients for their output and for their requests. */
const counted = (query: number, output = 0): FactsParts => ({
	info: {
		stats: {
			client_query_buffer_limit_disconnections: 10 + query,
			client_output_buffer_limit_disconnections: output,
		},
	},
	earlier: {stats: {client_query_buffer_limit_disconnections: 10, client_output_buffer_limit_disconnections: 0}},
});

testRule(cliObufKill, [
	[
		'requests over the limit, and the log names the client',
		{...counted(5), host: closed('pdf-store')},
		'warning',
		/^disconnects pdf-store, 5 since the last sample: requests over query buffer limit$/,
	],
	[
		'Valkey hides the name in its log',
		{...counted(5), host: closed('*redacted*')},
		'warning',
		/^disconnects clients on 10\.0\.0\.9, 5 since the last sample: requests over query buffer limit$/,
	],
	[
		'the client has no name',
		{...counted(5), host: closed('')},
		'warning',
		/^disconnects clients on 10\.0\.0\.9, 5 since /,
	],
	['no log', counted(5), 'warning', /^disconnects clients, 5 since the last sample: requests over query buffer limit$/],
	[
		'a server without the counters',
		{info: {stats: {}}, earlier: {stats: {}}, host: closed('pdf-store')},
		'warning',
		/^disconnects pdf-store, within the last minute: requests over query buffer limit$/,
	],
	['the same an hour ago', {info: {stats: {}}, earlier: {stats: {}}, host: closed('pdf-store', 3_600_000)}, 'clear'],
	['counted earlier, and not now', {...counted(0), host: closed('pdf-store')}, 'clear'],
	[
		'output buffers over their limit as well',
		{...counted(5, 2), host: closed('pdf-store')},
		'warning',
		/^disconnects clients over their buffer limits, 7 since the last sample$/,
	],
]);

test('a client with a name is the culprit, and the step is about the size of requests', () => {
	const finding = firingOf(cliObufKill, {...counted(5), host: closed('pdf-store')});
	assert.equal(finding.culprit?.client?.name, 'pdf-store');
	assert.equal(finding.next[0]?.text, 'send smaller values and pipelines, or raise client-query-buffer-limit');
	assert.equal(firingOf(cliObufKill, {...counted(5), host: closed('')}).culprit, undefined);
});

const set = {command: 'set', calls: 900, callsPerSecond: 100, failuresPerSecond: 0, meanMicroseconds: 1, timeShare: 0};

/** A second of large requests, of which these clients are left in CLIENT LIST. */
const received = (disconnected: number, ...clients: ReadonlyArray<Parameters<typeof clientOf>[0]>): FactsParts => ({
	info: {
		stats: {
			total_net_input_bytes: 90_000_000,
			total_net_output_bytes: 0,
			total_commands_processed: 100,
			client_query_buffer_limit_disconnections: disconnected,
		},
	},
	earlier: {
		stats: {
			total_net_input_bytes: 0,
			total_net_output_bytes: 0,
			total_commands_processed: 0,
			client_query_buffer_limit_disconnections: 0,
		},
	},
	record: {commands: [set], clients: {atMs: nowMs, value: clients.map(client => clientOf(client))}},
});

const web = {id: 5, name: 'web-1', command: 'set', idleSeconds: 0};
const sends = (inBytes: number) => ({perSecond: {inBytes, outBytes: 0, commands: 1}});

testRule(netBigReply, [
	['requests over the limit are in the average, and are not executed', received(5, web), 'clear'],
	['the only client that writes', received(0, web), 'warning', /^receives large requests, most from web-1, /],
	['it sends little', received(0, {...web, ...sends(9000)}), 'warning', /^receives large requests, 879K on average/],
	[
		'it sends most',
		received(0, {...web, ...sends(80_000_000)}),
		'warning',
		/^receives large requests, most from web-1, /,
	],
	[
		'an idle client has memory for such a request',
		received(0, {...web, command: 'get'}, {id: 6, name: 'import', idleSeconds: 60, totalMemoryBytes: 2_000_000}),
		'warning',
		/^receives large requests, 879K on average/,
	],
]);
