import type {RespClient, TestReply} from '../../harness/resp-client.js';
import type {PlannedServer} from './planned-server.js';

/** What a client connects to, which is another server after a failover. */
export type AppTarget = {
	/** The server that serves the client's keys now. */
	find(): Promise<PlannedServer>;
	/** The server at a port that a reply named. */
	at(port: number): PlannedServer | undefined;
	password(): string;
};

/** A client of an application. It goes where MOVED sends it and connects again, as the usual libraries do. */
export class AppClient {
	readonly #target: AppTarget;
	#client: RespClient | undefined;
	#isClosed = false;

	constructor(
		readonly name: string,
		target: AppTarget,
	) {
		this.#target = target;
	}

	/** The reply, or undefined where the command has to be sent again. */
	async command(...words: ReadonlyArray<string | number>): Promise<TestReply | undefined> {
		try {
			this.#client ??= await this.#connect(await this.#target.find());
			const reply = await this.#client.command(...words);
			const message = reply instanceof Error ? reply.message : '';
			const [, moved] = /^MOVED \d+ .*:(\d+)$/.exec(message) ?? [];
			if (moved !== undefined) {
				await this.#move(this.#target.at(Number(moved)));
				return undefined;
			}

			if (/^(READONLY|UNBLOCKED|CLUSTERDOWN|LOADING|MASTERDOWN)/.test(message)) {
				await this.#move(undefined);
				return undefined;
			}

			return reply;
		} catch {
			// The server restarts. A library asks the others who serves the keys now.
			await this.#move(undefined);
			return undefined;
		}
	}

	close(): void {
		this.#isClosed = true;
		this.#client?.close();
	}

	get isClosed(): boolean {
		return this.#isClosed;
	}

	async #move(server: PlannedServer | undefined): Promise<void> {
		this.#client?.close();
		this.#client = server === undefined ? undefined : await this.#connect(server).catch(() => undefined);
	}

	async #connect(server: PlannedServer): Promise<RespClient> {
		const client = await server.connect();
		await client.command('AUTH', 'app', this.#target.password());
		await client.command('CLIENT', 'SETNAME', this.name);
		if (this.#isClosed) {
			client.close();
		}

		return client;
	}
}
