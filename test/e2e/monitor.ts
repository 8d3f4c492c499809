import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {TestContext} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {ensureServer} from '../../scripts/fetch-servers.mjs';
import {typeAheadMs} from '../../source/actions/dialog/dialog-clock.js';
import {eventually} from '../harness/eventually.js';
import {programCommand} from '../harness/program.js';
import {openPty, openPtyInShell, type PtyScreen, type WrappedPty} from '../harness/pty.js';
import {callsOf} from '../harness/server-words.js';
import {type ServerOptions, serverBinaries, startServer, type TestServer} from '../harness/servers.js';

/** A server's program, and its product and version as the header shows them (`valkey 8.1.1`). */
export type ServerVersion = {readonly name: string; readonly program: string; readonly product: string};

function productOf(program: string): string {
	const [, product = '', version = ''] =
		/(redis|valkey) server v=([\d.]+)/i.exec(execFileSync(program, ['--version'], {encoding: 'utf8'})) ?? [];
	return `${product.toLowerCase()} ${version}`;
}

/** Every version of a server on this machine. The server of the PATH is used only if there is no other. */
export async function serverVersions(): Promise<readonly ServerVersion[]> {
	const all = [...serverBinaries()];
	const named = all.filter(([name]) => name !== 'path');
	const used = named.length > 0 ? named : [['path', await ensureServer()] as const];
	return used.map(([name, program]) => ({name, program, product: productOf(program)}));
}

/** The server for tests that are the same on every version: the newest Redis, else any server. */
export async function oneServer(): Promise<ServerVersion> {
	const versions = await serverVersions();
	const found = versions.findLast(({name}) => name.startsWith('redis')) ?? versions[0];
	assert.ok(found, 'no server to test with');
	return found;
}

const endings = new WeakMap<TestContext, Array<() => unknown>>();

/**
Runs `end` when the test has ended, the last one first. A program then ends before its server, and both before their
folder is removed.
*/
function atEnd(t: TestContext, end: () => unknown): void {
	const known = endings.get(t);
	if (known !== undefined) {
		known.push(end);
		return;
	}

	const ends = [end];
	endings.set(t, ends);
	t.after(async () => {
		const failures: unknown[] = [];
		for (const last of ends.toReversed()) {
			try {
				await last();
			} catch (error) {
				failures.push(error);
			}
		}

		assert.deepEqual(failures, []);
	});
}

/** Starts a server that ends with the test. */
export async function serverFor(t: TestContext, options: ServerOptions = {}): Promise<TestServer> {
	const server = await startServer({server: (await oneServer()).program, ...options});
	atEnd(t, () => server.stop());
	return server;
}

/** Creates a folder that is removed with the test. */
export function folderFor(t: TestContext): string {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-e2e-'));
	atEnd(t, () => rmSync(folder, {recursive: true, force: true, maxRetries: 3}));
	return folder;
}

/**
Makes saving impossible for the server: its folder can't be written. For root, a folder takes the place of the file.
*/
export function forbidSaving(t: TestContext, {dir}: Pick<TestServer, 'dir'>): void {
	if (process.getuid?.() === 0) {
		// Permissions don't stop root, but a folder in the place of the file can't be overwritten.
		mkdirSync(path.join(dir, 'dump.rdb', 'x'), {recursive: true});
	} else {
		chmodSync(dir, 0o500);
		atEnd(t, () => chmodSync(dir, 0o700));
	}
}

export type MonitorOptions = {
	readonly cols?: number;
	readonly rows?: number;
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** Returns the command that runs the program's command in another environment, such as a network namespace. */
	readonly inside?: (command: readonly string[]) => readonly string[];
};

export type AuditLine = {
	readonly phase: string;
	readonly target: string;
	readonly command: string;
	readonly action: string;
	readonly detail?: string;
};

/** The environment of the program: a home folder of its own, and no variable of the user who runs the tests. */
export const cleanEnvironment = (home: string): Record<string, string | undefined> => ({
	HOME: home,
	XDG_STATE_HOME: path.join(home, 'state'),
	XDG_CONFIG_HOME: path.join(home, 'config'),
	// All starts of a run share one compile cache.
	XDG_CACHE_HOME: path.join(import.meta.dirname, 'cache'),
	REDIS_URL: undefined,
	REDISCLI_AUTH: undefined,
	VALKEYCLI_AUTH: undefined,
	TMUX: undefined,
	SSH_CONNECTION: undefined,
	NODE_OPTIONS: undefined,
	NODE_TEST_CONTEXT: undefined,
	NO_COLOR: undefined,
	FORCE_COLOR: undefined,
});

/** The folder that is both the monitor's home and its working folder. */
type Homed = {readonly home: string};

/** Line 2 of a monitor whose server answers. On a busy machine, the lack of processor time is a warning. */
export const answersLine =
	/^(?:ok \S+ answers|! .* runs on a machine (?:short of processor time|that \S+ keeps busy))/m;

/** Opens the monitor in a terminal. It ends with the test. */
export async function openMonitor(
	t: TestContext,
	args: readonly string[],
	options: MonitorOptions = {},
): Promise<PtyScreen & Homed> {
	const home = folderFor(t);
	const screen = await openPty(await ptyOptions(home, args, options));
	atEnd(t, () => screen.dispose());
	return Object.assign(screen, {home});
}

/** Opens the monitor under a shell, which outlives it and reads the terminal's settings. */
export async function openMonitorInShell(
	t: TestContext,
	args: readonly string[],
	options: MonitorOptions = {},
): Promise<WrappedPty & Homed> {
	const home = folderFor(t);
	const screen = await openPtyInShell(await ptyOptions(home, args, options));
	atEnd(t, () => screen.dispose());
	return Object.assign(screen, {home});
}

async function ptyOptions(
	home: string,
	args: readonly string[],
	{cols = 80, rows = 24, env = {}, inside = words => words}: MonitorOptions,
) {
	const command = await programCommand();
	const words = inside([command.file, ...command.args, ...args]);
	// node-pty sets TERM itself, so `env` sets it again.
	const [file = '', ...rest] = env.TERM === undefined ? words : ['/usr/bin/env', `TERM=${env.TERM}`, ...words];
	return {
		file,
		args: rest,
		cols,
		rows,
		cwd: home,
		env: {...cleanEnvironment(home), ...env},
	};
}

export const at = ({port}: Pick<TestServer, 'port'>): readonly string[] => ['-p', String(port)];
export const addressOf = ({port}: Pick<TestServer, 'port'>): string => `127.0.0.1:${port}`;

/** The fields of one section of the server's INFO, by name. */
export async function infoOf(server: TestServer, section: string): Promise<ReadonlyMap<string, string>> {
	const text = String(await server.command('INFO', section));
	return new Map([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));
}

/** Waits until the full resync of a primary's replica and the save for it are over. */
export async function fullResyncOver(primary: TestServer): Promise<void> {
	await eventually('the full resync and its save are over', async () => {
		const isOnline = /state=online/.test((await infoOf(primary, 'replication')).get('slave0') ?? '');
		return (isOnline && (await infoOf(primary, 'persistence')).get('rdb_bgsave_in_progress') === '0') || undefined;
	});
}

/** The whole lines of the audit log. An unfinished last line is left out. */
export function auditOf({home}: Homed): AuditLine[] {
	const file = path.join(home, 'state', 'redis-top', 'audit.ndjson');
	try {
		return readFileSync(file, 'utf8')
			.split('\n')
			.slice(0, -1)
			.map(line => JSON.parse(line) as AuditLine);
	} catch (error) {
		assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT');
		return [];
	}
}

/**
Waits until a box accepts keys. A box ignores all keys of its first 0.3 s, and its letter for 0.3 s after the last
confirmation. They were meant for the screen before. The wait begins when the box is seen, so it is long enough on a
slow machine too.
*/
export const deadTimeOver = (): Promise<void> => delay(typeAheadMs + 10);

type Asked = Pick<TestServer, 'command'>;

/**
Returns a function that counts the INFO commands which other clients have sent since. The server counts them all, and
those of this test are subtracted.
*/
export async function infosByOthers(server: Asked): Promise<() => Promise<number>> {
	const infos = async () => (await callsOf(server)).get('info') ?? 0;
	const before = await infos();
	let own = 0;
	return async () => {
		own += 1;
		return (await infos()) - before - own;
	};
}

/**
Waits until a program has polled the server twice. By then it has read every key that was pressed before. This is for
keys whose effect can't be seen.
*/
export async function polledAgain(server: Asked): Promise<void> {
	const asked = await infosByOthers(server);
	// The oldest servers get two INFO commands in each poll. Three more ask who answers on new connections.
	await eventually('two polls', async () => (await asked()) >= 7 || undefined);
}

/** Types a text into the field on the screen, key by key, and waits for each to appear. */
export async function typeKeys(screen: PtyScreen, text: string): Promise<void> {
	await deadTimeOver();
	for (const [index, character] of [...text].entries()) {
		const before = text.slice(0, index);
		const typed = before + character;
		screen.press(character);
		await screen.waitFor(
			lines => {
				const shown = lines.join('\n');
				// The last key of a name that unlocks removes the field.
				return shown.includes(`> ${typed}_`) || (typed === text && !shown.includes(`> ${before}_`));
			},
			{what: `typed ${typed}`},
		);
	}
}

/** Opens the menu and one of its groups, and presses the letter of an action there: `Sb` is BGSAVE in the group Save. */
export async function chooseAction(screen: PtyScreen, letters: string, address = String.raw`\S+`): Promise<void> {
	const [group = '', letter = ''] = letters;
	screen.press('A');
	await screen.waitFor(new RegExp(`Actions on ${address}`));
	screen.press(group);
	await screen.waitFor(new RegExp(`\\w actions on ${address}`));
	screen.press(letter);
}

/** Opens the box of an action from any panel: menu, unlocking by the name, preflight. */
export async function openBox(screen: PtyScreen, letter: 'b' | 's', address: string): Promise<void> {
	await chooseAction(screen, letter === 'b' ? 'Sb' : 'Ts', address);
	await screen.waitFor(/Actions are locked[\s\S]*type \S+ to unlock/);
	await typeKeys(screen, address);
	await screen.waitFor(/UNLOCKED[\s\S]*sends {2,}(?:BGSAVE|SHUTDOWN SAVE)/, {what: 'unlocked, and the box'});
}

/** Closes the box of an action that has ended. */
export async function closeBox(screen: PtyScreen): Promise<void> {
	await screen.waitFor(/Enter or Esc closes/);
	screen.press('\r');
	await screen.waitFor(lines => !/Enter or Esc closes/.test(lines.join('\n')), {what: 'the box closed'});
}

export type Ran = {readonly code: number | null; readonly stdout: string; readonly stderr: string};

/** Runs the program without a terminal until it ends. */
export async function runProgram(
	t: TestContext,
	args: readonly string[],
	env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ran> {
	const program = await startProgram(t, args, env);
	const code = await program.exited;
	return {code, stdout: program.stdout(), stderr: program.stderr()};
}

/** Starts the program without a terminal. Its output is two pipes. */
export async function startProgram(
	t: TestContext,
	args: readonly string[],
	env: Readonly<Record<string, string | undefined>> = {},
) {
	const home = folderFor(t);
	const command = await programCommand();
	const child = spawn(command.file, [...command.args, ...args], {
		cwd: home,
		env: {
			...process.env,
			LANG: 'C.UTF-8',
			LC_ALL: undefined,
			TERM: 'xterm-256color',
			...cleanEnvironment(home),
			...env,
		},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	atEnd(t, () => child.kill('SIGKILL'));
	const output = {stdout: '', stderr: ''};
	child.stdout.on('data', chunk => {
		output.stdout += chunk;
	});
	child.stderr.on('data', chunk => {
		output.stderr += chunk;
	});
	const exited = new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	return {
		pid: child.pid ?? 0,
		stdout: () => output.stdout,
		stderr: () => output.stderr,
		exited,
		kill: (signal: NodeJS.Signals) => child.kill(signal),
		closeOutput: () => child.stdout.destroy(),
		closeErrors: () => child.stderr.destroy(),
	};
}

export function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
