import assert from 'node:assert/strict';
import test from 'node:test';
import {endOfProcess} from '../../source/derive/process-end.js';
import type {LocalEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {stepsAfterEnd} from '../../source/rules/end-steps.js';
import {refusedConnection} from '../harness/records.js';
import {emptyKernel, factsOf} from '../harness/rule-cases.js';

/** 24 November 2026, 11:00 in the time zone of this machine. */
const hourMs = new Date(2026, 10, 24, 11).getTime();
const minute = 60_000;

/** What is known of a server that refuses connections, whose log ends with these lines, on a machine that started then. */
function ended(words: readonly string[], bootedAtMs: number | undefined, parts: Partial<LocalEvidence> = {}) {
	const lines = [
		'7:C 24 Nov 2026 10:00:00.000 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo',
		...words.map((text, index) => `7:M 24 Nov 2026 11:00:0${index}.000 ${text}`),
	];
	return factsOf({
		record: {failure: refusedConnection, failingSinceMs: 0},
		host: {
			earlierProcess: {processId: 7, seenAtMs: undefined},
			log: readServerLog('/var/log/redis.log', lines.join('\n')),
			kernel: {...emptyKernel, bootedAtMs},
			...parts,
		},
	});
}

const reasonOf = (...given: Parameters<typeof ended>): string => {
	const end = endOfProcess(ended(...given).record);
	return end === undefined ? '' : messageText(end.reason);
};

const ready = '* Ready to accept connections tcp';
const signal = '* Received SIGTERM scheduling shutdown...';

test('a machine that started after the last line of the log is why a server ended without a word', () => {
	assert.match(reasonOf([ready], hourMs + minute), /^its machine was restarted at \d\d:\d\d:00$/);
	assert.equal(reasonOf([ready], hourMs - minute), 'it was killed');
	assert.equal(reasonOf([ready], undefined), 'it was killed');
});

test('a stop of the server that was a part of the stop of its machine says so', () => {
	assert.match(
		reasonOf([signal], hourMs + minute),
		/^SIGTERM stopped it at \d\d:\d\d:00; its machine was restarted at \d\d:\d\d:00$/,
	);
	assert.match(reasonOf([signal], hourMs + 60 * minute), /^SIGTERM stopped it at \d\d:\d\d:00$/, 'an hour later');
	assert.match(reasonOf([signal], hourMs - minute), /^SIGTERM stopped it at \d\d:\d\d:00$/);
	const damaged = '# Bad file format reading the append only file appendonly.aof.1.incr.aof';
	assert.equal(reasonOf([damaged], hourMs + minute), 'its append-only file is damaged');
});

test('the steps let the machine start the server from then on', () => {
	const stepsOf = (parts: Partial<LocalEvidence>) => {
		const facts = ended([ready], hourMs + minute, parts);
		return stepsAfterEnd(endOfProcess(facts.record), facts).map(({text}) => messageText(text));
	};
	assert.match(stepsOf({})[1] ?? '', /^let the machine start it: systemctl enable its unit/);
	const unit = {
		kind: 'systemd',
		unit: 'redis-server.service',
		state: 'inactive/dead',
		lastExit: undefined,
		restarts: 0,
	} as const;
	assert.match(stepsOf({supervisor: unit})[0] ?? '', /^systemctl start redis-server\.service/);
	assert.match(stepsOf({supervisor: unit})[1] ?? '', /^systemctl enable redis-server\.service/);
});
