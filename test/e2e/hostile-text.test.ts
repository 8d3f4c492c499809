import assert from 'node:assert/strict';
import {once} from 'node:events';
import net from 'node:net';
import {type TestContext, test} from 'node:test';
import {panelTable} from '../../source/state/panel-table.js';
import {eventually} from '../harness/eventually.js';
import type {PtyScreen} from '../harness/pty.js';
import {RespClient} from '../harness/resp-client.js';
import {untouchedModes} from '../harness/screen.js';
import type {TestServer} from '../harness/servers.js';
import {at, openMonitor, polledAgain, runProgram, serverFor, serverVersions} from './monitor.js';

/** Texts that a terminal would obey, hide or reorder, each with the escape that must be shown instead. */
const hostile: ReadonlyArray<readonly [name: string, text: string, shown: RegExp]> = [
	['colour', '\u{1B}[41m', /\\x1b\[41m/],
	['title', '\u{1B}]0;pwned\u{7}', /\\x1b\]0;pwned\\(?:a|x07)/],
	['clear', '\u{1B}[2J', /\\x1b\[2J/],
	['C1', '\u{9B}31m', /\\x9b31m/],
	['right to left', 'evil\u{202E}txt', /evil\\u\{202e\}txt/],
	['zero width', 'pay\u{200B}pal', /pay\\u\{200b\}pal/],
	['line break', 'one\r\ntwo', /one\\r\\ntwo/],
	['clipboard', '\u{1B}]52;c;ZXZpbA==\u{7}', /\\x1b\]52;c;ZXZpbA==/],
];

async function plantHostileText(t: TestContext, server: TestServer): Promise<void> {
	await server.command('CONFIG', 'SET', 'slowlog-log-slower-than', 0);
	for (const [, text] of hostile) {
		await server.command('GET', `k:${text}`);
	}

	await server.command('CONFIG', 'SET', 'slowlog-log-slower-than', 1_000_000);
	// The server counts an error under its own name (errorstat_…).
	await server.command('EVAL', "return redis.error_reply('\u{1B}]0;pwned\u{7}\u{202E} oops')", 0);
	await server.command('EVAL', "error('\u{1B}[41m')", 0);
	// A client's name can't contain such characters, but a user's name can.
	const user = '\u{1B}[41m\u{202E}user\u{9B}31m';
	await server.command('ACL', 'SETUSER', user, 'on', 'nopass', '+@all', '~*');
	const client = await RespClient.connect({port: server.port});
	t.after(() => client.close());
	assert.equal(await client.command('AUTH', user, 'any'), 'OK');
	await client.command('CLIENT', 'SETNAME', 'harmless');
	// A replica announces its own address, which then becomes a node of the deployment.
	const replica = net.connect(server.port, '127.0.0.1');
	t.after(() => replica.destroy());
	const command = async (...words: readonly string[]) => {
		replica.write(`*${words.length}\r\n${words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
		await once(replica, 'data');
	};
	await command('REPLCONF', 'listening-port', '1');
	await command('REPLCONF', 'ip-address', '\u{1B}[41m\u{202E}host');
	await command('PSYNC', '?', '-1');
	// From here on the server sends an RDB file, which the test doesn't read.
	replica.resume();
	await eventually('the replica', async () =>
		/connected_slaves:1/.test(String(await server.command('INFO', 'replication'))) ? true : undefined,
	);
}

/**
Fails if any text of the servers reaches the terminal unescaped, or if a terminal mode other than redis-top's own is on.
*/
function assertUnharmed(screen: PtyScreen): void {
	const written = screen.rawOutput().toString();
	for (const planted of ['\u{1B}[41m', '\u{1B}]0;', '\u{1B}]52', '\u{9B}', '\u{202E}', '\u{200B}', '\u{7}']) {
		assert.ok(!written.includes(planted), JSON.stringify(planted));
	}

	assert.deepEqual(
		{...screen.terminalModes(), isSynchronizedOutput: false, kittyKeyboardDepth: 0},
		{...untouchedModes, isAlternateScreen: true, isCursorHidden: true, isBracketedPaste: true},
	);
	assert.match(screen.lines()[0] ?? '', /\d\d:\d\d:\d\dZ *$/);
	assert.match(screen.lines().at(-1) ?? '', /\? help|Esc closes/);
}

for (const {name, program} of await serverVersions()) {
	test(`texts of servers and clients are shown, and no terminal sequence in them has an effect: ${name}`, async t => {
		const server = await serverFor(t, {server: program});
		await plantHostileText(t, server);
		const screen = await openMonitor(t, [...at(server), '-i', '200ms'], {cols: 200, rows: 60});
		await screen.waitFor(/2 nodes|\\x1b\[41m\\u\{202e\}host:1/);
		screen.press('6');
		for (const [what, , shown] of hostile) {
			await screen.waitFor(shown, {what: `${what} as ${shown} in the slow log`});
		}

		assertUnharmed(screen);
		screen.press('4');
		await screen.waitFor(/harmless/);
		await screen.waitFor(/\\x1b\[41m\\u(?:\{202e\}u|…)/);
		assertUnharmed(screen);
		// Pressing the digit of the open panel again would go back.
		for (const {key: digit} of panelTable.filter(({key}) => key !== '4')) {
			screen.press(digit);
			await screen.waitFor(new RegExp(digit === '1' ? '2 Memory[^]*Latency' : `╭─ ${digit} `));
			await polledAgain(server);
			assertUnharmed(screen);
		}

		screen.press('3');
		await screen.waitFor(/\\x1b\[41m\\u\{202e\}host:1/);
		screen.press('6');
		await screen.waitFor(/^╭─ 6 Slow log/m);
		screen.press('\r');
		await screen.waitFor(/(?:command|duration|took|arguments?) +\S/);
		assertUnharmed(screen);

		const {code, stdout} = await runProgram(t, ['snapshot', ...at(server), '-i', '200ms']);
		assert.equal(code, 0);
		assert.doesNotMatch(stdout, /[^\P{Cc}\n]|\p{Cf}/u);
		assert.match(JSON.stringify(JSON.parse(stdout)), /\\x1b\[41m\\{1,2}u\{202e\}host/);
		const samples = await runProgram(t, ['snapshot', '--format', 'text', ...at(server), '-i', '200ms']);
		assert.doesNotMatch(samples.stdout, /[^\P{Cc}\n]|\p{Cf}/u);
	});
}
