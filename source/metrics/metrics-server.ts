import http from 'node:http';
import type {PageFormat} from './metrics-page.js';

export type MetricsServerOptions = {
	readonly host: string;
	readonly port: number;
	/** Builds the metrics page. It is called only if the last page is older than `pageHoldsMs`. */
	readonly page: (format: PageFormat) => Promise<string>;
	readonly contentTypes: Readonly<Record<PageFormat, string>>;
	/** Whether every target was polled at least once. */
	readonly isReady: () => boolean;
	/** Monotonic time in milliseconds. */
	readonly elapsed: () => number;
};

/** Milliseconds for which a page is reused, so that several Prometheus servers cost only one page. */
const pageHoldsMs = 1000;
/** Largest number of simultaneous connections. Prometheus does not open more. */
const mostConnections = 64;
/** Longest time that a client may take to send the head of a request, or a whole request, in milliseconds. */
const requestMs = 10_000;
/** Longest time for which a client may accept no data, in milliseconds. */
const idleMs = 30_000;
/** Largest size of a request's head, in bytes. */
const mostHeadBytes = 8192;

const plain = {'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store'};

/**
Serves `/metrics`, `/-/healthy` and `/-/ready` by HTTP, for GET and HEAD only. Request bodies are not read. Clients that
are slow or accept no data are disconnected, and so are clients beyond the largest number of connections.
*/
export class MetricsServer {
	readonly #options: MetricsServerOptions;
	readonly #server: http.Server;
	readonly #pages = new Map<PageFormat, {readonly atMs: number; readonly text: Promise<string>}>();

	constructor(options: MetricsServerOptions) {
		this.#options = options;
		this.#server = http.createServer({maxHeaderSize: mostHeadBytes, requestTimeout: requestMs}, (request, response) => {
			this.#answer(request, response).catch(() => response.destroy());
		});
		this.#server.headersTimeout = requestMs;
		this.#server.maxConnections = mostConnections;
		this.#server.setTimeout(idleMs, socket => socket.destroy());
		this.#server.on('clientError', (_, socket) => socket.destroy());
	}

	/**
	Starts to listen. Rejects with Node's error, whose code shows the reason: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`,
	`ENOTFOUND`.
	*/
	listen(): Promise<void> {
		const {host, port} = this.#options;
		return new Promise((resolve, reject) => {
			this.#server.once('error', reject);
			this.#server.listen({host, port}, () => {
				this.#server.off('error', reject);
				// Accepting fails while the process has no free file descriptors. A later connection may succeed.
				this.#server.on('error', () => undefined);
				resolve();
			});
		});
	}

	/** Ends all connections. */
	close(): void {
		this.#server.close();
		this.#server.closeAllConnections();
	}

	async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
		const [path = '/'] = (request.url ?? '/').split('?');
		request.resume();
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.writeHead(405, {...plain, allow: 'GET, HEAD'}).end('GET and HEAD only\n');
			return;
		}

		switch (path) {
			case '/metrics': {
				const format: PageFormat = acceptsOpenMetrics(request.headers.accept) ? 'openmetrics' : 'text';
				const text = await this.#page(format);
				response.writeHead(200, {
					'content-type': this.#options.contentTypes[format],
					'content-length': Buffer.byteLength(text),
					'cache-control': 'no-store',
				});
				response.end(request.method === 'HEAD' ? undefined : text);
				break;
			}

			case '/-/healthy': {
				response.writeHead(200, plain).end('healthy\n');
				break;
			}

			case '/-/ready': {
				const isReady = this.#options.isReady();
				response.writeHead(isReady ? 200 : 503, plain).end(isReady ? 'ready\n' : 'no target was polled yet\n');
				break;
			}

			case '/': {
				response.writeHead(200, plain).end('redis-top: /metrics /-/healthy /-/ready\n');
				break;
			}

			default: {
				response.writeHead(404, plain).end('there is /metrics, /-/healthy and /-/ready\n');
			}
		}
	}

	#page(format: PageFormat): Promise<string> {
		const nowMs = this.#options.elapsed();
		const known = this.#pages.get(format);
		if (known !== undefined && nowMs - known.atMs < pageHoldsMs) {
			return known.text;
		}

		const text = this.#options.page(format);
		this.#pages.set(format, {atMs: nowMs, text});
		// A page that could not be built is not served again from memory.
		text.catch(() => this.#pages.delete(format));
		return text;
	}
}

/** Whether a client's Accept header asks for OpenMetrics 1.0, as that of Prometheus does. */
export const acceptsOpenMetrics = (accept = ''): boolean =>
	accept.split(',').some(part => {
		const [type = '', ...parameters] = part.split(';').map(word => word.trim().toLowerCase());
		const isRefused = parameters.some(parameter => /^q=0(?:\.0*)?$/.test(parameter));
		return type === 'application/openmetrics-text' && !isRefused;
	});
