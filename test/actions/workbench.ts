import assert from 'node:assert/strict';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {TestContext} from 'node:test';
import type {TypedValue} from '../../source/actions/catalogue/action-row.js';
import {type ActionId, actionRow} from '../../source/actions/catalogue/catalogue.js';
import {auditLog} from '../../source/actions/execute/audit-log.js';
import type {Gate} from '../../source/actions/execute/gate.js';
import {type PreparedAction, prepareAction} from '../../source/actions/execute/prepare-action.js';
import {runAction} from '../../source/actions/execute/run-action.js';
import {nodeRole} from '../../source/derive/replication-peers.js';
import type {ActionProgress} from '../../source/domain/action.js';
import type {AuditEntry} from '../../source/domain/audit.js';
import {type Clock, systemClock} from '../../source/domain/clock.js';
import {addressOf, type Endpoint} from '../../source/domain/node.js';
import {auditFileName} from '../../source/host/audit-files.js';
import {parseInfo} from '../../source/parse/info.js';
import type {ConnectionSettings} from '../../source/wire/connection.js';
import {openActionPort} from '../../source/wire/ioredis-port.js';
import {eventually} from '../harness/eventually.js';
import {type ServerOptions, serverBinaries, startServer, type TestServer} from '../harness/servers.js';
import {recordAudits} from './recorded-verdicts.js';

/** The four products that the tests of actions run on, as far as they are here; at least one always is. */
export function testedServers(): string[] {
	const names = [...serverBinaries().keys()].filter(name => name !== 'path');
	return names.length > 0 ? names : ['path'];
}

export type Workbench = {
	readonly gate: Gate;
	readonly stateFolder: string;
	/** Every command that went through `send`, in order. */
	readonly sent: string[];
	audits(): AuditEntry[];
	remove(): void;
};

/** A gate on real connections, with an audit log in a temporary folder. */
export function workbench(clock: Clock = systemClock): Workbench {
	const stateFolder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-state-'));
	const sent: string[] = [];
	const actor = {session: 'test', osUser: 'tester', sshConnection: undefined, pid: process.pid};
	const gate: Gate = {
		audit: auditLog(stateFolder, actor, systemClock),
		clock,
		openActionPort(settings) {
			const port = openActionPort(settings);
			return {
				get isOpen() {
					return port.isOpen;
				},
				get traffic() {
					return port.traffic;
				},
				open: () => port.open(),
				ask: (commands, timeoutMs) => port.ask(commands, timeoutMs),
				close: () => port.close(),
				send(command, timeoutMs) {
					sent.push(command.join(' '));
					return port.send(command, timeoutMs);
				},
			};
		},
	};
	return {
		gate,
		stateFolder,
		sent,
		audits() {
			const file = path.join(stateFolder, auditFileName);
			const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
			return text
				.split('\n')
				.filter(line => line !== '')
				.map(line => JSON.parse(line) as AuditEntry);
		},
		remove: () => removeFolder(stateFolder),
	};
}

/**
Removes a folder in which the run that is tested may still write a file. `maxRetries` does not help there: it tries again to
remove the folder alone, and not the new file in it.
*/
function removeFolder(folder: string): void {
	for (let triesLeft = 50; existsSync(folder); triesLeft--) {
		try {
			rmSync(folder, {recursive: true, force: true});
		} catch (error) {
			if (triesLeft === 0) {
				throw error;
			}
		}
	}
}

export function settingsFor(port: number): ConnectionSettings {
	const endpoint: Endpoint = {kind: 'tcp', host: '127.0.0.1', port};
	return {endpoint, username: undefined, password: undefined, tls: undefined, timeoutMs: 2000};
}

/** What an action can be done to: a server, or its port behind a proxy. */
export type Target = Pick<TestServer, 'port' | 'command'>;

/**
The plan of an action on a server as it is now. Throws where redis-top wouldn't get as far as a box.

@param text What is typed into the field; an object is put past it, to hear what the server itself says.
*/
export async function prepare(
	bench: Workbench,
	server: Target,
	id: ActionId,
	text?: string | TypedValue,
): Promise<PreparedAction> {
	const settings = settingsFor(server.port);
	const info = parseInfo(String(await server.command('INFO')));
	const target = {
		address: addressOf(settings.endpoint),
		runId: info.text('server', 'run_id') ?? '',
		role: nodeRole(info),
	};
	const row = actionRow(id);
	const typed = typeof text === 'string' ? row.parameter?.read(text) : text;
	if (typeof typed === 'string') {
		throw new Error(typed);
	}

	const preparation = await prepareAction({row, settings, target, typed}, bench.gate);
	if (preparation.kind === 'failed') {
		throw new Error(preparation.why);
	}

	return preparation.prepared;
}

export async function fill(server: TestServer, keys: number, valueLength = 10): Promise<void> {
	const client = await server.connect();
	const value = 'x'.repeat(valueLength);
	for (let start = 0; start < keys; start += 500) {
		const count = Math.min(500, keys - start);
		await client.command('MSET', ...Array.from({length: count}, (_, index) => [`key:${start + index}`, value]).flat());
	}

	client.close();
}

/** A bench that goes with the test. */
export function benchFor(t: TestContext, clock?: Clock): Workbench {
	const bench = workbench(clock);
	recordAudits(t, bench.audits);
	t.after(() => bench.remove());
	return bench;
}

/** The two that lie furthest apart: the oldest Redis and the newest Valkey. */
export function twoServers(): readonly string[] {
	const all = testedServers();
	return [...new Set([all[0] ?? 'path', all.at(-1) ?? 'path'])];
}

/** A server that ends with the test; the oldest version unless another is named. */
export async function serverFor(t: TestContext, options: ServerOptions = {}): Promise<TestServer> {
	const [oldest = 'path'] = testedServers();
	const server = await startServer({server: oldest, ...options});
	t.after(() => server.stop());
	return server;
}

/** From the box to the end of its proof, whatever its checks say. */
export async function act(
	t: TestContext,
	server: Target,
	id: ActionId,
	text?: string | TypedValue,
): Promise<ActionProgress> {
	const bench = benchFor(t);
	return runAction(await prepare(bench, server, id, text), bench.gate, () => undefined);
}

export function assertProved({outcome, verification}: ActionProgress, pattern = /./): void {
	assert.equal(verification?.kind, 'proved', JSON.stringify({outcome, verification}));
	assert.match(verification.text, pattern);
}

/** The server's words; nothing is looked for after a refusal. */
export function assertRefused({outcome, verification}: ActionProgress, pattern: RegExp): void {
	assert.equal(outcome?.kind, 'refused', JSON.stringify({outcome, verification}));
	assert.match(outcome.reply, pattern);
	assert.equal(verification, undefined);
}

/** What stands in the way, and what is typed in spite of it. */
export async function vetoes(t: TestContext, server: Target, id: ActionId, text?: string): Promise<string[]> {
	const {plan, port} = await prepare(benchFor(t), server, id, text);
	port.close();
	return plan.checks
		.filter(({state}) => state === 'veto')
		.map(check => `${check.text} | ${check.lossPhrase ?? 'final'}`);
}

/** A server that a command holds for ever, and how an action is prepared there: what INFO says is from before. */
export async function holdServer(t: TestContext, server: TestServer, ...words: ReadonlyArray<string | number>) {
	const lastInfo = parseInfo(String(await server.command('INFO')));
	const client = await server.connect();
	const run = client.command(...words);
	await eventually('it is busy', async () => (/BUSY/.test(String(await server.command('PING'))) ? true : undefined));
	const prepareBusy = async (id: ActionId): Promise<PreparedAction> => {
		const settings = settingsFor(server.port);
		const target = {
			address: addressOf(settings.endpoint),
			runId: lastInfo.text('server', 'run_id') ?? '',
			role: nodeRole(lastInfo),
		};
		const preparation = await prepareAction({row: actionRow(id), settings, target, lastInfo}, benchFor(t).gate);
		return preparation.kind === 'prepared' ? preparation.prepared : assert.fail(preparation.why);
	};

	return {run, prepareBusy};
}

/** Time that goes by so many times as fast, for proofs that look for a minute. */
export const hurriedClock = (times: number): Clock => ({
	now: () => systemClock.now(),
	elapsed: () => systemClock.elapsed() * times,
	sleep: (durationMs, signal) => systemClock.sleep(durationMs / times, signal),
});
