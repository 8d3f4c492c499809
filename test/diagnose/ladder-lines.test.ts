import assert from 'node:assert/strict';
import test from 'node:test';
import {ladderLines} from '../../source/diagnose/ladder-lines.js';
import {cellWidth} from '../../source/text/cell-width.js';
import {plainText} from '../../source/text/line.js';
import {freePort} from '../harness/free-port.js';
import {climbed} from './climbed.js';

const ladder = await climbed(await freePort());

test('everything is there where there is room', () => {
	const text = ladderLines(ladder, 100).map(plainText).join('\n');
	assert.match(text, /^- {2}name/m);
	assert.match(text, /^!! tcp .*refuses connections/m);
	assert.match(text, /^means /m);
	assert.match(text, /^do .*start it/m);
	assert.match(text, /^confirm .*ss -ltnp/m);
	assert.match(text, /^hosting .*self-hosted/m);
});

for (const [width, height] of [
	[40, 7],
	[40, 3],
	[80, 21],
	[120, 37],
	[200, 57],
	[10, 2],
] as const) {
	test(`it fits ${width} by ${height}, and the failure and what to do stay`, () => {
		const lines = ladderLines(ladder, width, height);
		assert.ok(lines.length <= height);
		const text = lines.map(plainText).join('\n');
		if (width >= 40) {
			assert.ok(
				lines.every(spans => cellWidth(plainText(spans)) <= width),
				text,
			);
			assert.match(text, /!! tcp/);
		}

		if (height >= 7) {
			assert.match(text, /^do /m);
		}
	});
}

test('a command is there whole, broken as a shell reads it', () => {
	const command =
		"openssl s_client -connect some.host.example.net:6380 -servername some.host.example.net -CAfile '/etc/a b/ca.pem' </dev/null";
	const long = {...ladder, verdict: {...ladder.verdict, next: [{kind: 'shell', text: command} as const]}};
	for (const width of [60, 76, 100]) {
		const rows = ladderLines(long, width).map(spans => plainText(spans).trimEnd());
		const first = rows.findIndex(row => row.includes('$ openssl'));
		const taken: string[] = [];
		for (let row = first; taken.at(-1)?.endsWith('\\') ?? true; row++) {
			taken.push((rows[row] ?? '').trimEnd());
		}

		assert.ok(rows.every(row => cellWidth(row) <= width));
		assert.equal(taken.map(row => row.replace(/^(do)? *(\$ )?/, '').replace(/ \\$/, '')).join(' '), command);
	}
});

test('a low screen is filled: how the process ended and what it held stay, and no more than two lines are blank', () => {
	const remark = {severity: 'info', id: 'ended', next: []} as const;
	const text =
		'its process 42 has ended; the log /var/log/r.log ends with: 17:13:16 Redis is now ready to exit, bye bye...';
	const ended = {...ladder, remarks: [{...remark, text}]};
	const held = [
		['last seen', '2026-11-23 14:02:31 UTC, 9s ago, as primary, no replica'],
		['it held', '10.7k keys, 12.0M, 5 clients'],
	] as const;
	for (const [width, height] of [
		[76, 19],
		[116, 35],
		[76, 14],
	] as const) {
		const lines = ladderLines(ended, width, height, held);
		const drawn = lines.map(plainText).join('\n');
		assert.ok(lines.length <= height);
		assert.match(drawn, /ready to exit/);
		assert.match(drawn, /^it held +10\.7k keys/m);
		assert.match(drawn, /^do /m);
		assert.match(drawn, /!! tcp/);
		assert.ok(height - lines.length <= 2 || width > 100, drawn);
	}
});
