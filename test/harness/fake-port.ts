import {addressOf, type NodeAddress} from '../../source/domain/node.js';
import type {ConnectionSettings} from '../../source/wire/connection.js';
import {type RedisPort, type Reply, ReplyFailure, WireFailure} from '../../source/wire/redis-port.js';
import type {FakeClock} from './fake-clock.js';
import type {Sections} from './records.js';

/** The text of INFO as a server writes it. */
export const infoText = (sections: Sections): string =>
	Object.entries(sections)
		.map(([name, fields]) =>
			[`# ${name}`, ...Object.entries(fields).map(([field, value]) => `${field}:${value}`), ''].join('\r\n'),
		)
		.join('\r\n');

/** Returns the reply to a command; undefined for a command that the fake server answers by itself. */
export type Answer = (command: readonly string[]) => Reply | undefined;

/**
The server behind fake ports. It answers INFO with `sections`, and any other command with the result of `answer` or an
empty list. A frozen server leaves replies pending until `thaw`. A killed server closes its connections and refuses new
ones until it is started.
*/
export class FakeServer {
	sections: Sections;
	answer: Answer = () => undefined;
	/** The error with which opening a port fails; undefined while ports can be opened. */
	refusal: Error | undefined;
	isFrozen = false;
	/** Whether the kernel of the server's machine confirms what it gets. */
	isConfirming = true;
	/** Whether only small replies arrive: those to INFO with one section. All others stay pending until `thaw`. */
	losesLarge = false;
	/** Time from a request to its reply, in milliseconds. */
	roundTripMs = 1;
	opened = 0;
	closed = 0;
	inFlight = 0;
	mostInFlight = 0;
	/** Every request so far, each a list of commands. */
	readonly asked: Array<ReadonlyArray<readonly string[]>> = [];
	/**
	The messages that a subscriber to the Sentinels' hello channel gets at once. An error: the subscription fails with it.
	*/
	hellos: readonly string[] | ReplyFailure = [];
	subscriptions = 0;
	readonly ports = new Set<FakePort>();
	#thaws: Array<() => void> = [];

	constructor(sections: Sections) {
		this.sections = sections;
	}

	/** All commands sent to the server so far, each as one line of text. */
	commands(): string[] {
		return this.asked.flat().map(command => command.join(' '));
	}

	kill(): void {
		this.refusal = new WireFailure('connect ECONNREFUSED', 'ECONNREFUSED', false);
		for (const port of [...this.ports]) {
			port.lose();
		}
	}

	start(sections: Sections): void {
		this.refusal = undefined;
		this.sections = sections;
	}

	thaw(): void {
		this.isFrozen = false;
		this.losesLarge = false;
		for (const thaw of this.#thaws.splice(0)) {
			thaw();
		}
	}

	untilThawed(): Promise<void> {
		return new Promise(resolve => {
			this.#thaws.push(resolve);
		});
	}

	reply(command: readonly string[]): Reply {
		const given = this.answer(command);
		if (given !== undefined) {
			return given;
		}

		if (command.join(' ') === 'CLIENT LIST') {
			return '';
		}

		return command[0] === 'INFO' ? infoText(this.sections) : [];
	}
}

class FakePort implements RedisPort {
	isOpen = false;
	readonly traffic = {bytesOut: 0, bytesIn: 0};
	readonly #server: FakeServer;
	readonly #clock: FakeClock;
	#pending: Promise<readonly Reply[]> = Promise.resolve([]);
	#lose: (error: Error) => void = () => undefined;
	readonly #lost = new Promise<never>((_, reject) => {
		this.#lose = reject;
	});

	constructor(server: FakeServer, clock: FakeClock) {
		this.#server = server;
		this.#clock = clock;
		this.#lost.catch(() => undefined);
	}

	async open(): Promise<void> {
		this.#server.opened += 1;
		if (this.#server.refusal !== undefined) {
			throw this.#server.refusal;
		}

		this.isOpen = true;
		this.#server.ports.add(this);
	}

	async ask(commands: ReadonlyArray<readonly string[]>, timeoutMs: number): Promise<Reply[]> {
		if (!this.isOpen) {
			throw new WireFailure('closed', 'ECONNREFUSED', false);
		}

		this.#server.asked.push(commands);
		const replies = Promise.race([this.#answers(commands), this.#lost]);
		replies.catch(() => undefined);
		this.#pending = replies;
		const late = this.#clock.sleep(timeoutMs).then(() => {
			throw new WireFailure(`no reply within ${timeoutMs} ms`, 'TIMEOUT', true);
		});
		late.catch(() => undefined);
		return Promise.race([replies, late]);
	}

	async subscribe(forMs: number, take: (message: string) => boolean): Promise<void> {
		const {hellos} = this.#server;
		this.#server.subscriptions += 1;
		if (hellos instanceof ReplyFailure) {
			throw hellos;
		}

		if (!hellos.map(take).includes(true)) {
			await Promise.race([this.#clock.sleep(forMs), this.#lost]);
		}
	}

	async isConfirmed(): Promise<boolean> {
		return this.#server.isConfirming;
	}

	onceClosed(tell: () => void): void {
		this.#lost.catch(tell);
	}

	async settled(): Promise<readonly Reply[]> {
		return this.#pending;
	}

	close(): void {
		if (this.isOpen) {
			this.#server.closed += 1;
		}

		this.lose();
	}

	/** Ends the connection, as when either side closes it. */
	lose(): void {
		this.isOpen = false;
		this.#server.ports.delete(this);
		this.#lose(new WireFailure('the server went away', 'ECONNREFUSED', true));
	}

	async #answers(commands: ReadonlyArray<readonly string[]>): Promise<Reply[]> {
		const server = this.#server;
		server.inFlight += 1;
		server.mostInFlight = Math.max(server.mostInFlight, server.inFlight);
		const isSmall = commands.length === 1 && commands[0]?.join(' ') === 'INFO cpu';
		if (server.isFrozen || (server.losesLarge && !isSmall)) {
			await server.untilThawed();
		}

		await this.#clock.sleep(server.roundTripMs);
		server.inFlight -= 1;
		this.traffic.bytesOut += 10 * commands.length;
		this.traffic.bytesIn += 100 * commands.length;
		return commands.map(command => server.reply(command));
	}
}

/** Opens ports to the servers of a made-up network. An address without a server refuses connections. */
export function fakeNetwork(clock: FakeClock, servers: Readonly<Record<string, FakeServer>>) {
	const byAddress = new Map(Object.entries(servers));
	return (settings: ConnectionSettings): RedisPort => {
		const nowhere = new FakeServer({});
		nowhere.refusal = new WireFailure('connect ECONNREFUSED', 'ECONNREFUSED', false);
		return new FakePort(byAddress.get(addressOf(settings.endpoint)) ?? nowhere, clock);
	};
}

/** Settings for `host:port`, without password and TLS. */
export function settingsOf(address: string, parts: Partial<ConnectionSettings> = {}): ConnectionSettings {
	const split = address.lastIndexOf(':');
	return {
		endpoint: {kind: 'tcp', host: address.slice(0, split), port: Number(address.slice(split + 1))},
		username: undefined,
		password: undefined,
		tls: undefined,
		timeoutMs: 2000,
		...parts,
	};
}

export const at = (address: string): NodeAddress => address as NodeAddress;

export const refusal = (words: string): ReplyFailure => new ReplyFailure(words);
