import net from 'node:net';
import type {Clock} from '../domain/clock.js';
import {type Endpoint, isLoopback} from '../domain/node.js';
import type {Failure} from '../domain/sample.js';
import {socketFailure} from '../parse/socket-error.js';
import type {LookupError} from './name-lookup.js';

/** Time for another port to answer, in milliseconds. A refusal needs one round trip. */
const answerMs = 300;

const highestPort = 65_535;

/**
The port next to a server's port, if it answers: the host, or a device in front of it, lives. A refusal is an answer.
Undefined if nothing answers. Sends no data. Never rejects.
*/
export function answeringPort({
	host,
	port,
}: {
	readonly host: string;
	readonly port: number;
}): Promise<number | undefined> {
	const other = port === highestPort ? port - 1 : port + 1;
	return new Promise(resolve => {
		const socket = net.connect({host, port: other});
		const finish = (answers: boolean) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(answers ? other : undefined);
		};

		const timer = setTimeout(finish, answerMs, false);
		socket.on('connect', () => finish(true));
		socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code === 'ECONNREFUSED'));
	});
}

/** In place of `answeringPort` for a node that was only announced. Its address is data: no other port of its host is asked. */
export const asksNoPort = async (): Promise<undefined> => undefined;

/**
The error of a connection to which nothing answered, with another port of the host that answers. Unchanged where the
neighbour table has told about the host, for other errors, and on this machine.
*/
export async function withAnsweringPort(
	error: LookupError,
	endpoint: Endpoint,
	ask: typeof answeringPort = answeringPort,
): Promise<LookupError> {
	const isOpen = error.code === 'ETIMEDOUT' && !/; arp: /.test(error.message);
	if (!isOpen || endpoint.kind === 'unix' || isLoopback(endpoint)) {
		return error;
	}

	const port = await ask(endpoint);
	return port === undefined ? error : {code: error.code, message: `${error.message}; answers: ${port}`};
}

/** Least time between two questions to a silent host, in milliseconds. */
const askEveryMs = 10_000;

/** Longest time between two failed connections that belong to one silence, in milliseconds. */
const oneSilenceMs = 20_000;

/** What is known of the host of one node whose connections get no answer. It is asked rarely. */
export class SilentHost {
	readonly #clock: Pick<Clock, 'elapsed'>;
	readonly #ask: typeof answeringPort;
	#asked: {readonly atMs: number; readonly port: string} | undefined;
	#cutAtMs = Number.NEGATIVE_INFINITY;

	constructor(clock: Pick<Clock, 'elapsed'>, ask: typeof answeringPort = answeringPort) {
		this.#clock = clock;
		this.#ask = ask;
	}

	/**
	The failure of a connection that an error ended, with what another port of its host shows.

	@param isCut Whether packets of an open connection are lost as well. A full accept queue loses none of those.
	*/
	async failureOf({code, message}: LookupError, endpoint: Endpoint, isCut = false): Promise<Failure> {
		if (code !== 'ETIMEDOUT') {
			this.#asked = undefined;
			this.#cutAtMs = Number.NEGATIVE_INFINITY;
			return socketFailure(code, message);
		}

		const nowMs = this.#clock.elapsed();
		if (this.#asked === undefined || nowMs - this.#asked.atMs >= askEveryMs) {
			const explained = await withAnsweringPort({code, message}, endpoint, this.#ask);
			this.#asked = {atMs: nowMs, port: explained.message.slice(message.length)};
		}

		this.#cutAtMs = isCut || nowMs - this.#cutAtMs <= oneSilenceMs ? nowMs : Number.NEGATIVE_INFINITY;
		const {port} = this.#asked;
		return socketFailure(code, `${message}${this.#cutAtMs === nowMs && port !== '' ? '; cut' : ''}${port}`);
	}
}
