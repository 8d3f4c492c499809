import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {Gate} from '../../source/actions/action-port.js';
import {auditLog} from '../../source/actions/audit-log.js';
import {actionRow} from '../../source/actions/catalogue.js';
import {type PreparedAction, prepareAction, roleOf} from '../../source/actions/prepare-action.js';
import type {ActionId} from '../../source/domain/action.js';
import type {AuditEntry} from '../../source/domain/audit.js';
import {systemClock} from '../../source/domain/clock.js';
import {addressOf, type Endpoint} from '../../source/domain/node.js';
import {auditFileName} from '../../source/host/audit-files.js';
import {parseInfo} from '../../source/parse/info.js';
import type {ConnectionSettings} from '../../source/wire/connection.js';
import {openActionPort} from '../../source/wire/ioredis-port.js';
import {serverBinaries, type TestServer} from '../harness/servers.js';

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
export function workbench(): Workbench {
	const stateFolder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-state-'));
	const sent: string[] = [];
	const actor = {session: 'test', osUser: 'tester', sshConnection: undefined, pid: process.pid};
	const gate: Gate = {
		audit: auditLog(stateFolder, actor, systemClock),
		clock: systemClock,
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
		audits: () =>
			readFileSync(path.join(stateFolder, auditFileName), 'utf8')
				.split('\n')
				.filter(text => text !== '')
				.map(text => JSON.parse(text) as AuditEntry),
		remove: () => rmSync(stateFolder, {recursive: true, force: true}),
	};
}

export function settingsFor(port: number): ConnectionSettings {
	const endpoint: Endpoint = {kind: 'tcp', host: '127.0.0.1', port};
	return {endpoint, username: undefined, password: undefined, tls: undefined, timeoutMs: 2000};
}

/** The plan of an action on a server as it is now. Throws where redis-top wouldn't get as far as a box. */
export async function prepare(
	bench: Workbench,
	server: Pick<TestServer, 'port' | 'command'>,
	id: ActionId,
	text?: string,
): Promise<PreparedAction> {
	const settings = settingsFor(server.port);
	const info = parseInfo(String(await server.command('INFO')));
	const target = {
		address: addressOf(settings.endpoint),
		runId: info.text('server', 'run_id') ?? '',
		role: roleOf(info),
	};
	const row = actionRow(id);
	const typed = text === undefined ? undefined : row.parameter?.read(text);
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
