import http from 'node:http';
import type {AddressInfo} from 'node:net';
import type {TestContext} from 'node:test';

export type ReceivedRequest = {
	readonly method: string;
	readonly path: string;
	readonly headers: http.IncomingHttpHeaders;
	readonly body: string;
};

/** How the fake web service answers: with a status, or in one of the ways in which a real service fails. */
export type ReceiverMode =
	| {readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>>}
	| 'hang'
	| 'close'
	| 'endless'
	/** Sends one byte at a time, without an end. */
	| 'slow'
	| 'no-http';

export type FakeReceiver = {
	readonly port: number;
	readonly url: string;
	readonly requests: readonly ReceivedRequest[];
	/** How the service answers. A test may change the value at any time. */
	mode: ReceiverMode;
	/** Stops listening; `start` listens at the same port again. */
	readonly stop: () => Promise<void>;
	readonly start: () => Promise<void>;
};

/** Starts a web service on a free port of 127.0.0.1 that keeps every request. */
export async function fakeReceiver(
	t: Pick<TestContext, 'after'>,
	mode: ReceiverMode = {status: 200},
): Promise<FakeReceiver> {
	const requests: ReceivedRequest[] = [];
	let port = 0;
	let server: http.Server | undefined;
	const stop = async () => {
		server?.closeAllConnections();
		await new Promise<void>(resolve => (server === undefined ? resolve() : server.close(() => resolve())));
		server = undefined;
	};

	const start = async () => {
		server = http.createServer((request, response) => {
			let body = '';
			request.setEncoding('utf8');
			request.on('data', (text: string) => {
				body += text;
			});
			request.on('end', () => {
				requests.push({method: request.method ?? '', path: request.url ?? '', headers: request.headers, body});
				answer(receiver.mode, request, response);
			});
		});
		await new Promise<void>(resolve => server?.listen(port, '127.0.0.1', resolve));
		port = (server.address() as AddressInfo).port;
	};

	const receiver: FakeReceiver = {
		get port() {
			return port;
		},
		get url() {
			return `http://127.0.0.1:${port}`;
		},
		requests,
		mode,
		stop,
		start,
	};
	await start();
	t.after(stop);
	return receiver;
}

function answer(mode: ReceiverMode, request: http.IncomingMessage, response: http.ServerResponse): void {
	switch (mode) {
		case 'hang': {
			return;
		}

		case 'close': {
			request.socket.destroy();
			return;
		}

		case 'endless': {
			const more = () => {
				if (!response.destroyed) {
					response.write('x'.repeat(65_536), more);
				}
			};

			more();
			return;
		}

		case 'slow': {
			const timer = setInterval(() => response.write(' '), 10);
			response.on('close', () => clearInterval(timer));
			return;
		}

		case 'no-http': {
			request.socket.end('-ERR unknown command\r\n');
			return;
		}

		default: {
			response.writeHead(mode.status, mode.headers).end(mode.body ?? '');
		}
	}
}
