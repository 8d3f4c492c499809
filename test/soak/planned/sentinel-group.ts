import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {eventually} from '../../harness/eventually.js';
import {startServer, type TestServer} from '../../harness/servers.js';
import type {Load, LoadPart} from './load.js';
import {PlannedServer} from './planned-server.js';
import type {Works} from './works.js';

/** A primary with two replicas, and three Sentinels that monitor them under the name `main`. */
export class SentinelGroup {
	readonly nodes: readonly PlannedServer[];
	readonly sentinels: TestServer[];
	readonly #name: string;
	readonly #password: () => string;

	private constructor(name: string, nodes: readonly PlannedServer[], sentinels: TestServer[], password: () => string) {
		this.#name = name;
		this.nodes = nodes;
		this.sentinels = sentinels;
		this.#password = password;
	}

	static async start(name: string, password: () => string): Promise<SentinelGroup> {
		const config = ['repl-diskless-sync-delay 0'];
		const nodes = await Promise.all([0, 1, 2].map(() => PlannedServer.start(name, config)));
		const port = nodes[0]?.port ?? 0;
		for (const replica of nodes.slice(1)) {
			await replica.command('REPLICAOF', '127.0.0.1', port);
			await replica.command('CONFIG', 'REWRITE');
		}

		const lines = [
			`sentinel monitor main 127.0.0.1 ${port} 2`,
			'sentinel down-after-milliseconds main 15000',
			'sentinel failover-timeout main 20000',
		];
		const sentinels = await Promise.all(
			[0, 1, 2].map(() => {
				const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-top-planned-'));
				return startServer({server: name, sentinel: lines, dir});
			}),
		);
		const group = new SentinelGroup(name, nodes, sentinels, password);
		await group.calm();
		return group;
	}

	get part(): LoadPart {
		return {
			tag: 'main',
			target: {find: () => this.primary(), at: () => undefined, password: this.#password},
		};
	}

	/** The primary that the first Sentinel names. */
	async primary(): Promise<PlannedServer> {
		const reply = await this.sentinels[0]?.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main');
		const port = Array.isArray(reply) ? Number(reply[1]) : 0;
		const primary = this.nodes.find(node => node.port === port);
		if (primary === undefined) {
			throw new Error(`no server of the group has port ${port}`);
		}

		return primary;
	}

	/** Waits until the Sentinels know each other and both linked replicas. */
	async calm(): Promise<void> {
		for (const sentinel of this.sentinels) {
			await eventually(
				'the Sentinels agree',
				async () =>
					/^OK 3/.test(String(await sentinel.command('SENTINEL', 'CKQUORUM', 'main'))) &&
					String(await sentinel.command('SENTINEL', 'REPLICAS', 'main')).split('master-link-status,ok').length === 3
						? true
						: undefined,
				90_000,
			);
		}
	}

	/** @param load The clients of the group. */
	works(load: Load): Works {
		return {
			'a planned failover by Sentinel': () => this.#failOver(load),
			'a rolling restart under Sentinel': async () => {
				const primary = await this.primary();
				for (const replica of this.nodes.filter(node => node !== primary)) {
					await replica.restart();
					await this.calm();
					await delay(3000);
				}

				await this.#failOver(load);
				await primary.restart();
				await this.calm();
			},
			'Sentinels restart one after the other': async () => {
				for (const index of this.sentinels.keys()) {
					await this.#restartSentinel(index);
					await this.calm();
					await delay(3000);
				}
			},
		};
	}

	async stop(): Promise<void> {
		await Promise.all([...this.sentinels, ...this.nodes].map(server => server.stop()));
		for (const {dir} of this.sentinels) {
			rmSync(dir, {recursive: true, force: true, maxRetries: 3});
		}
	}

	/** A Sentinel starts again with what it has written into its config file. */
	async #restartSentinel(index: number): Promise<void> {
		const sentinel = this.sentinels[index];
		if (sentinel !== undefined) {
			const {dir, port} = sentinel;
			await sentinel.stop();
			const lines = readFileSync(path.join(dir, 'sentinel.conf'), 'utf8').split('\n');
			this.sentinels[index] = await startServer({server: this.#name, sentinel: lines, dir, port});
		}
	}

	/**
	A failover without lost writes: Sentinel of Valkey 9.0 and later holds the writes back. Elsewhere the application
	stops to write meanwhile.
	*/
	async #failOver(load: Load): Promise<void> {
		const before = await this.primary();
		const [sentinel] = this.sentinels;
		try {
			if ((await sentinel?.command('SENTINEL', 'FAILOVER', 'main', 'COORDINATED')) instanceof Error) {
				load.pause();
				await delay(1000);
				const reply = await sentinel?.command('SENTINEL', 'FAILOVER', 'main');
				if (reply instanceof Error) {
					throw reply;
				}
			}

			await eventually(
				'another primary',
				async () => ((await this.primary().catch(() => before)) === before ? undefined : true),
				60_000,
			);
		} finally {
			load.resume();
		}

		await this.calm();
	}
}
