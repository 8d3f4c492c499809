import http from 'node:http';
import type {AddressInfo} from 'node:net';
import type {TestContext} from 'node:test';
import type {PrometheusSeries} from '../../source/parse/prometheus-reply.js';

/** What a fake Prometheus does with a query. */
export type FakeBehaviour = 'answers' | 'hangs' | 'slow' | 'full' | 'nonsense' | 'cuts' | 'endless';

export type AskedQuery = {readonly path: string; readonly query: string; readonly timeMs: number};

export type FakePrometheus = {
	readonly url: string;
	behaviour: FakeBehaviour;
	/**
	Returns the answer to a query while `behaviour` is `answers`. If it throws an error, the error's text is sent as
	Prometheus' reason.
	*/
	answer: (asked: AskedQuery) => readonly PrometheusSeries[];
	readonly asked: AskedQuery[];
	/** The greatest number of queries that were under way at the same time. */
	mostAtOnce: number;
	/** Closes the server's port and all connections. */
	kill: () => Promise<void>;
	/** Listens at the same port again. */
	restart: () => Promise<void>;
};

const matrix = (series: readonly PrometheusSeries[]) =>
	JSON.stringify({
		status: 'success',
		data: {
			resultType: 'matrix',
			result: series.map(({labels, timesMs, values}) => ({
				metric: labels,
				values: timesMs.map((atMs, index) => [atMs / 1000, String(values[index])]),
			})),
		},
	});

/** An HTTP server on loopback with the query API of Prometheus. It is closed at the end of the test. */
export async function fakePrometheus(t: Pick<TestContext, 'after'>): Promise<FakePrometheus> {
	let underWay = 0;
	const server = http.createServer((request, response) => {
		const chunks: Buffer[] = [];
		underWay += 1;
		fake.mostAtOnce = Math.max(fake.mostAtOnce, underWay);
		response.on('close', () => {
			underWay -= 1;
		});
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const parameters = new URLSearchParams(Buffer.concat(chunks).toString());
			const asked = {
				path: request.url ?? '',
				query: parameters.get('query') ?? '',
				timeMs: Number(parameters.get('time') ?? parameters.get('end')) * 1000,
			};
			fake.asked.push(asked);
			reply(response, asked);
		});
	});
	const reply = (response: http.ServerResponse, asked: AskedQuery) => {
		switch (fake.behaviour) {
			case 'hangs': {
				return;
			}

			case 'full': {
				response.writeHead(503).end('{"status":"error","errorType":"unavailable","error":"too many queries"}');
				return;
			}

			case 'nonsense': {
				response.end('<html>\u001B[2J</html>');
				return;
			}

			case 'cuts': {
				response.writeHead(200, {'content-length': '1000'});
				response.write('{"status":');
				setImmediate(() => response.destroy());
				return;
			}

			case 'endless': {
				const write = () => {
					while (!response.destroyed && response.write(' '.repeat(65_536))) {}
				};

				response.on('drain', write);
				write();
				return;
			}

			case 'slow': {
				setTimeout(() => response.end(matrix(fake.answer(asked))), 300);
				return;
			}

			case 'answers': {
				try {
					response.end(matrix(fake.answer(asked)));
				} catch (error) {
					response.end(JSON.stringify({status: 'error', error: error instanceof Error ? error.message : ''}));
				}
			}
		}
	};

	const listen = (port: number) =>
		new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(port, '127.0.0.1', resolve);
		});
	await listen(0);
	const {port} = server.address() as AddressInfo;
	const fake: FakePrometheus = {
		url: `http://127.0.0.1:${port}`,
		behaviour: 'answers',
		answer: () => [],
		asked: [],
		mostAtOnce: 0,
		kill: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
		restart: () => listen(port),
	};
	t.after(() => {
		server.close();
		server.closeAllConnections();
	});
	return fake;
}
