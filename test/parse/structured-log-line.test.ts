import assert from 'node:assert/strict';
import test from 'node:test';
import {logLineTime, readServerLog} from '../../source/parse/server-log.js';
import {usualLogLine} from '../../source/parse/structured-log-line.js';

// The lines are those of a Valkey 9.1.2 with `log-format json` and `logfmt`, and both forms of `log-timestamp-format`.
const saved = 'Background saving terminated with success';
const lines: ReadonlyArray<readonly [line: string, usual: string]> = [
	[
		`{"pid":8395,"role":"primary","timestamp":"29 Nov 2026 07:29:39.713","level":"notice","message":"${saved}"}`,
		`8395:M 29 Nov 2026 07:29:39.713 * ${saved}`,
	],
	[
		'{"pid":8699,"role":"RDB/AOF","timestamp":"2026-11-29T07:29:41.736+00:00","level":"warning","message":"DB saved \\"on\\" disk"}',
		'8699:C 2026-11-29T07:29:41.736+00:00 # DB saved "on" disk',
	],
	[
		`pid=8395 role=replica timestamp="2026-11-29T07:29:40.727+00:00" level=notice message="${saved}"`,
		`8395:S 2026-11-29T07:29:40.727+00:00 * ${saved}`,
	],
];

for (const [line, usual] of lines) {
	test(`a structured log line is read as the usual one: ${usual}`, () => {
		assert.equal(usualLogLine(line), usual);
		assert.notEqual(logLineTime(usualLogLine(line)), undefined);
	});
}

test('other lines stay as they are', () => {
	for (const line of [
		'',
		'{',
		'{"pid":1}',
		'pid=1',
		'role":"primary","timestamp":"x"}',
		'12:M 24 Nov 2026 11:22:33.123 * words',
	]) {
		assert.equal(usualLogLine(line), line);
	}
});

test('starts, happenings and their times are found in a log of JSON', () => {
	const at = (second: number, message: string) =>
		JSON.stringify({
			pid: 8395,
			role: 'primary',
			timestamp: `2026-11-29T07:29:0${second}.000Z`,
			level: 'warning',
			message,
		});
	const log = readServerLog(
		'a log',
		[
			at(1, 'oO0OoO0OoO0Oo Valkey is starting oO0OoO0OoO0Oo'),
			at(5, 'Failed opening the temp RDB file temp-1.rdb for saving: Permission denied'),
		].join('\n'),
	);
	assert.deepEqual(log.starts, [{processId: 8395, atMs: Date.UTC(2026, 10, 29, 7, 29, 1)}]);
	assert.equal(log.remarks[0]?.atMs, Date.UTC(2026, 10, 29, 7, 29, 5));
	assert.match(log.lines.at(-1) ?? '', /^8395:M 2026/);
});
