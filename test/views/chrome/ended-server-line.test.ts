import assert from 'node:assert/strict';
import test from 'node:test';
import type {LocalEvidence} from '../../../source/domain/host-evidence.js';
import {readServerLog} from '../../../source/parse/server-log.js';
import type {NodeRecord} from '../../../source/state/monitor-state.js';
import {unicodeGlyphs} from '../../../source/text/glyphs.js';
import {plainText} from '../../../source/text/line.js';
import {verdictLine} from '../../../source/views/chrome-verdict.js';
import {findingOf} from '../../harness/findings.js';
import {recordFrom, refusedConnection, sampledAtMs, stateOf} from '../../harness/records.js';
import {emptyHost} from '../../harness/rule-cases.js';

const nowMs = sampledAtMs + 300;

/** A node that refuses connections, with what its machine shows. */
const ended = (address: string, host: Partial<LocalEvidence>): NodeRecord => ({
	...recordFrom({address, info: {server: {uptime_in_seconds: 600}}}),
	reach: 'down',
	failure: refusedConnection,
	failingSinceMs: nowMs - 5000,
	host: {atMs: nowMs, value: {...emptyHost, ...host}},
});

const mistaken = (text: string): Partial<LocalEvidence> => ({
	configMistake: {path: '/etc/redis.conf', line: 9, text, why: 'no size', changedAtMs: nowMs - 2000},
});

const other = recordFrom({address: '10.0.1.12:6379'});
const warnings = (['mem.frag', 'per.dir', 'lat.on_cmds'] as const).map((rule, index) =>
	findingOf(rule, index === 0 ? 'critical' : 'warning', other.address),
);

/** Line 2 of a screen on which the other node is in focus, with other causes or without. */
const lineOf = (node: NodeRecord, hasOthers: boolean, width = 80): string =>
	plainText(
		verdictLine({...stateOf([node, other]), findings: hasOthers ? warnings : []}, other, nowMs, unicodeGlyphs, width),
	).trimEnd();

test('the line of a config file that keeps a server down stays on a narrow screen', () => {
	const sized = ended('10.77.102.200:36379', mistaken('maxmemory 4 gb'));
	assert.match(
		lineOf(sized, false, 140),
		/refuses connections: config line 9 is not valid \(maxmemory 4 gb\), for 5\.0s/,
	);
	assert.match(lineOf(sized, false), /^!! 10\.77\.102\.200:36379 refuses connections: config line 9 is not valid$/);
	assert.match(lineOf(sized, true), /: config line 9 is not valid +(?:also )?!!/);
	const buffers = mistaken(`client-output-buffer-limit replica ${'256mb '.repeat(9)}`);
	assert.match(lineOf(ended('10.0.1.11:6379', buffers), true), /: config line 9 is not valid +(?:also )?!!/);
	const named = ended('redis-cache-3.redis.svc.local:6379', mistaken('maxmemory 4 gb'));
	assert.match(lineOf(named, false), / is down: config line 9 is not valid$/);
});

test('why the process of a server ended stays on a narrow screen', () => {
	const time = '24 Nov 2026 11:22:33';
	const log = readServerLog(
		'/var/log/redis.log',
		`7:M ${time}.123 # FATAL: Data file was created with a Redis server configured to handle more than 4 databases. Exiting\n`,
	);
	const line = lineOf(ended('10.0.1.11:6379', {log}), false);
	assert.equal(line, '!! 10.0.1.11:6379 is down: its data has more databases than its config allows');
	const refused = lineOf(ended('10.0.1.11:6379', {}), false);
	assert.doesNotMatch(refused, /is down/);
});
