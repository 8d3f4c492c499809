import {createHash} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import {AppClient, type AppTarget} from './app-client.js';
import type {PlannedServer} from './planned-server.js';

const counterScript = "local n = redis.call('INCR', KEYS[1]) redis.call('EXPIRE', KEYS[1], 600) return n";
const scriptSha = createHash('sha1').update(counterScript).digest('hex');

/** What clients of one part of the key space use: a hash tag, and the server that has it. */
export type LoadPart = {readonly tag: string; readonly target: AppTarget};

/**
The load of an application: readers and writers, a queue with waiting workers, a script, a channel, and health checks
that connect for one PING.
*/
export class Load {
	readonly #parts: readonly LoadPart[];
	readonly #clientsOfPart: number;
	#clients: Array<{readonly client: AppClient; readonly tag: string}> = [];
	#workers: AppClient[] = [];
	#turn = 0;
	#isOn = true;
	#isPaused = false;
	#done: ReadonlyArray<Promise<void>> = [];

	constructor(parts: readonly LoadPart[], clientsOfPart: number) {
		this.#parts = parts;
		this.#clientsOfPart = clientsOfPart;
	}

	start(servers: () => readonly PlannedServer[]): void {
		this.connectAll('app');
		this.#done = [this.#write(), this.#checkHealth(servers)];
	}

	/** Replaces every client at once, as a deploy without a rollout does. */
	connectAll(name: string): void {
		const before = [...this.#clients.map(({client}) => client), ...this.#workers];
		this.#clients = this.#parts.flatMap(({tag, target}) =>
			Array.from({length: this.#clientsOfPart}, (_, index) => ({
				client: new AppClient(`${name}-${index}`, target),
				tag,
			})),
		);
		this.#workers = this.#parts.map(({tag, target}) => {
			const client = new AppClient(`${name}-worker`, target);
			void waitForJobs(client, tag);
			return client;
		});
		for (const client of before) {
			client.close();
		}
	}

	/** Replaces one client after the other. */
	async rollOut(name: string): Promise<void> {
		for (const [index, {client, tag}] of this.#clients.entries()) {
			const part = this.#parts.find(one => one.tag === tag);
			if (part !== undefined) {
				this.#clients[index] = {client: new AppClient(`${name}-${index}`, part.target), tag};
			}

			client.close();
			await delay(300);
		}
	}

	/** Stops the writers until `resume`. A write that is under way still ends. */
	pause(): void {
		this.#isPaused = true;
	}

	resume(): void {
		this.#isPaused = false;
	}

	async stop(): Promise<void> {
		this.#isOn = false;
		await Promise.all(this.#done);
		for (const {client} of this.#clients) {
			client.close();
		}

		for (const worker of this.#workers) {
			worker.close();
		}
	}

	async #write(): Promise<void> {
		while (this.#isOn) {
			if (!this.#isPaused) {
				await Promise.all(this.#clients.map(({client, tag}) => this.#writeAndRead(client, tag)));
			}

			await delay(50);
		}
	}

	async #writeAndRead(client: AppClient, tag: string): Promise<void> {
		const turn = this.#turn++;
		const key = `key:{${tag}}:${turn % 50_000}`;
		const reply = await client.command('SET', key, 'x'.repeat(100), 'EX', 3600);
		if (reply === undefined || client.isClosed) {
			return;
		}

		await client.command('GET', key);
		if (turn % 20 === 0) {
			await client.command('RPUSH', `jobs:{${tag}}`, turn);
			await client.command('PUBLISH', `news:{${tag}}`, turn);
			await runScript(client, `count:{${tag}}:${turn % 1000}`);
		}
	}

	async #checkHealth(servers: () => readonly PlannedServer[]): Promise<void> {
		while (this.#isOn) {
			for (const server of servers()) {
				const client = await server.connect().catch(() => undefined);
				await client?.command('PING').catch(() => undefined);
				client?.close();
			}

			await delay(2000);
		}
	}
}

async function waitForJobs(client: AppClient, tag: string): Promise<void> {
	while (!client.isClosed) {
		const reply = await client.command('BLPOP', `jobs:{${tag}}`, 5);
		if (reply === undefined) {
			await delay(200);
		}
	}
}

/** The first EVALSHA after SCRIPT FLUSH is refused. The client then sends the script. */
async function runScript(client: AppClient, key: string): Promise<void> {
	const reply = await client.command('EVALSHA', scriptSha, 1, key);
	if (reply instanceof Error && reply.message.startsWith('NOSCRIPT')) {
		await client.command('EVAL', counterScript, 1, key);
	}
}
