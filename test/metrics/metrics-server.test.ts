import assert from 'node:assert/strict';
import net from 'node:net';
import {type TestContext, test} from 'node:test';
import {acceptsOpenMetrics, MetricsServer, type MetricsServerOptions} from '../../source/metrics/metrics-server.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';

async function serve(t: TestContext, options: Partial<MetricsServerOptions> = {}) {
	const port = await freePort();
	const server = new MetricsServer({
		host: '127.0.0.1',
		port,
		page: async format => `# ${format}\n`,
		contentTypes: {text: 'text/plain; version=0.0.4', openmetrics: 'application/openmetrics-text; version=1.0.0'},
		isReady: () => true,
		elapsed: () => 0,
		...options,
	});
	await server.listen();
	t.after(() => server.close());
	return {port, server, get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)};
}

test('OpenMetrics goes to a reader that asks for it, and to nobody else', () => {
	const cases: ReadonlyArray<readonly [accept: string | undefined, expected: boolean]> = [
		[undefined, false],
		['*/*', false],
		['text/plain;version=0.0.4', false],
		[
			'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;q=0.5',
			true,
		],
		['application/openmetrics-text; q=0, text/plain', false],
	];
	for (const [accept, expected] of cases) {
		assert.equal(acceptsOpenMetrics(accept), expected, accept);
	}
});

test('each path answers with its status and type, and no other method is taken', async t => {
	let isReady = false;
	const {get} = await serve(t, {isReady: () => isReady});
	const statusOf = async (path: string, init?: RequestInit) => (await get(path, init)).status;
	assert.equal(await statusOf('/-/healthy'), 200);
	assert.equal(await statusOf('/-/ready'), 503);
	isReady = true;
	assert.equal(await statusOf('/-/ready'), 200);
	assert.equal(await statusOf('/'), 200);
	assert.equal(await statusOf('/secret'), 404);
	assert.equal(await statusOf('/metrics', {method: 'POST', body: 'x'.repeat(1000)}), 405);
	const text = await get('/metrics?x=1');
	assert.deepEqual(
		[text.status, text.headers.get('content-type'), await text.text()],
		[200, 'text/plain; version=0.0.4', '# text\n'],
	);
	const open = await get('/metrics', {headers: {accept: 'application/openmetrics-text'}});
	assert.deepEqual(
		[open.headers.get('content-type'), await open.text()],
		['application/openmetrics-text; version=1.0.0', '# openmetrics\n'],
	);
	const head = await get('/metrics', {method: 'HEAD'});
	assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '7', '']);
});

test('readers at the same second share a page, and a page that failed is made again', async t => {
	let [made, nowMs] = [0, 0];
	const {get} = await serve(t, {
		elapsed: () => nowMs,
		page() {
			made++;
			return made === 3 ? Promise.reject(new Error('broken')) : Promise.resolve(String(made));
		},
	});
	const read = async () => (await get('/metrics')).text().catch(() => 'failed');
	assert.deepEqual(await Promise.all([read(), read()]), ['1', '1']);
	nowMs = 1000;
	assert.equal(await read(), '2');
	nowMs = 2000;
	await assert.rejects(read());
	assert.equal(await read(), '4');
});

test('readers that send nonsense or too much are disconnected, and the next one is served', async t => {
	const {port, get} = await serve(t);
	for (const text of ['\u{0}\u{1}\r\n\r\n', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`, '*1\r\n$4\r\nPING\r\n']) {
		const socket = net.connect(port, '127.0.0.1');
		socket.on('error', () => undefined);
		const closed = new Promise(resolve => socket.once('close', resolve));
		socket.write(text);
		await closed;
	}

	assert.equal((await get('/-/healthy')).status, 200);
});

test('readers that say nothing cannot take all connections for good', async t => {
	const {port, get} = await serve(t);
	const sockets = Array.from({length: 70}, () => net.connect(port, '127.0.0.1').on('error', () => undefined));
	t.after(() => sockets.forEach(socket => void socket.destroy()));
	await eventually('some are refused', () => (sockets.some(socket => socket.closed) ? true : undefined));
	for (const socket of sockets) {
		socket.destroy();
	}

	const response = await eventually('a reader is served', () => get('/-/healthy').catch(() => undefined));
	assert.equal(response.status, 200);
});

test('a port in use is an error with its code', async t => {
	const {port} = await serve(t);
	const second = new MetricsServer({
		host: '127.0.0.1',
		port,
		page: async () => '',
		contentTypes: {text: '', openmetrics: ''},
		isReady: () => true,
		elapsed: () => 0,
	});
	await assert.rejects(second.listen(), {code: 'EADDRINUSE'});
});
