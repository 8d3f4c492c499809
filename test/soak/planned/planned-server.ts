import {copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {RespClient, TestReply} from '../../harness/resp-client.js';
import {startServer, type TestServer} from '../../harness/servers.js';

/** The password of the user `app` before its first rotation. */
export const firstPassword = 'password-0';

const configLines = (lines: readonly string[]): string =>
	[
		'aclfile users.acl',
		'logfile server.log',
		'appendonly yes',
		'maxmemory 256mb',
		'maxmemory-policy allkeys-lru',
		...lines,
	].join('\n');

const userLines = (password: string): string =>
	['user default on nopass ~* &* +@all', `user app on >${password} ~* &* +@all -@dangerous +keys`, ''].join('\n');

/** A data server with a config file, an ACL file and a log file. A restart keeps its port and its folder. */
export class PlannedServer {
	readonly host = '127.0.0.1';
	readonly port: number;
	readonly dir: string;
	readonly #name: string;
	#server: TestServer;

	private constructor(name: string, dir: string, server: TestServer) {
		this.#name = name;
		this.dir = dir;
		this.#server = server;
		this.port = server.port;
	}

	/** `name` is the name of a server in `serverBinaries()`. */
	static async start(name: string, lines: readonly string[], password = firstPassword): Promise<PlannedServer> {
		const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-top-planned-'));
		writeFileSync(path.join(dir, 'server.conf'), configLines(lines));
		writeFileSync(path.join(dir, 'users.acl'), userLines(password));
		return new PlannedServer(name, dir, await start(name, dir));
	}

	/** The process, which is another one after a restart. */
	get pid(): number {
		return this.#server.pid;
	}

	command = (...words: ReadonlyArray<string | number>): Promise<TestReply> => this.#server.command(...words);
	connect = (): Promise<RespClient> => this.#server.connect();

	async restart(): Promise<void> {
		await this.shutDown();
		this.#server = await start(this.#name, this.dir, this.port);
	}

	/** Sends SHUTDOWN until the process ends. Sentinel may have closed the first connection when it changed the role. */
	async shutDown(how: 'SAVE' | 'NOSAVE' = 'SAVE'): Promise<void> {
		const exited = this.#server.exited.then(() => true);
		let hasExited = false;
		while (!hasExited) {
			await this.#server.command('SHUTDOWN', how).catch(() => undefined);
			hasExited = await Promise.race([exited, delay(1000, false)]);
		}
	}

	/** Begins another log file, in one of the two ways of logrotate. */
	rotateLog(way: 'rename' | 'copytruncate'): void {
		const log = path.join(this.dir, 'server.log');
		if (way === 'rename') {
			renameSync(log, `${log}.1`);
		} else {
			copyFileSync(log, `${log}.1`);
			truncateSync(log);
		}
	}

	async stop(): Promise<void> {
		await this.#server.stop();
		rmSync(this.dir, {recursive: true, force: true, maxRetries: 3});
	}
}

const start = (name: string, dir: string, port?: number): Promise<TestServer> =>
	startServer({
		server: name,
		config: path.join(dir, 'server.conf'),
		dir,
		args: ['--save', '3600 1', '--logfile', 'server.log'],
		...(port === undefined ? {} : {port}),
	});
