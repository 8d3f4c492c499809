import assert from 'node:assert/strict';
import type net from 'node:net';
import {test} from 'node:test';
import {climbed, rungsOf, serviceFor} from './climbed.js';

const info = '# Server\r\nredis_version:7.4.0\r\nrun_id:a\r\n# Replication\r\nrole:master\r\n';

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** The commands in what was sent, each as one line; a command that is cut off waits for its rest. */
function* commandsIn(text: string): Generator<string> {
	const words = text.split('\r\n');
	for (let at = 0; words[at]?.startsWith('*'); ) {
		const count = Number(words[at]?.slice(1));
		yield Array.from({length: count}, (_, index) => words[at + 2 + 2 * index] ?? '').join(' ');
		at += 1 + 2 * count;
	}
}

/** A server that answers INFO with no or one section by `answers`, INFO with several by `several`. */
const serving =
	(answers: {readonly none: string; readonly one: string; readonly several: string}) => (socket: net.Socket) =>
		socket.on('data', data => {
			for (const command of commandsIn(String(data))) {
				const sections = command.split(' ').length - 1;
				const form = sections === 0 ? 'none' : sections === 1 ? 'one' : 'several';
				const reply = !command.startsWith('INFO') ? (command === 'PING' ? '+PONG\r\n' : '*0\r\n') : answers[form];
				if (reply === 'close') {
					socket.destroy();
					return;
				}

				socket.write(reply);
			}
		});

for (const [name, answers, status, expected] of [
	['all forms', {none: bulk(info), one: bulk(info), several: bulk(info)}, 'ok', /^redis 7\.4\.0, primary, serves$/],
	[
		'Dragonfly before November 2025',
		{none: bulk(info), one: bulk(info), several: '-ERR syntax error\r\n'},
		'ok',
		/serves; it takes INFO with one section only \(syntax error\)$/,
	],
	[
		'Garnet',
		{none: bulk(info), one: bulk(info), several: '-ERR Invalid section THREADS. Try INFO HELP\r\n'},
		'ok',
		/one section only \(Invalid section THREADS\. Try INFO HELP\)$/,
	],
	[
		'a proxy that closes the connection',
		{none: bulk(info), one: bulk(info), several: 'close'},
		'ok',
		/one section only \(closes the connection\)$/,
	],
	[
		'one section alone',
		{none: '-ERR syntax error\r\n', one: bulk(info), several: '-ERR syntax error\r\n'},
		'ok',
		/^redis 7\.4\.0/,
	],
	[
		'no INFO at all',
		{none: '-ERR syntax error\r\n', one: '-ERR syntax error\r\n', several: '-ERR syntax error\r\n'},
		'unknown',
		/^cannot be told: .*syntax error/,
	],
	[
		'a proxy that hangs up on INFO, as twemproxy does',
		{none: 'close', one: 'close', several: 'close'},
		'unknown',
		/^cannot be told: it answers PING and closes the connection on INFO, as a proxy does$/,
	],
	[
		'a proxy that knows no INFO, as Envoy says it',
		{
			none: "-ERR unknown command 'INFO', with args beginning with: \r\n",
			one: "-ERR unknown command 'INFO', with args beginning with: 'server' \r\n",
			several: "-ERR unknown command 'INFO', with args beginning with: 'server' \r\n",
		},
		'unknown',
		/^cannot be told: it answers PING and has no INFO, as a proxy does$/,
	],
] as const) {
	test(`diagnose asks INFO in the form of the monitor: ${name}`, async t => {
		const ladder = await climbed(await serviceFor(t, serving(answers)));
		const [state] = rungsOf(ladder, 'state');
		assert.match(state?.result ?? '', expected);
		assert.equal(state?.status, status);
	});
}
