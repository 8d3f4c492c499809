import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import net, {type AddressInfo} from 'node:net';
import {type TestContext, test} from 'node:test';
import {addressOf, HttpClient, type HttpOutcome, type HttpService} from '../../source/wire/http-client.js';
import {makeCertificates} from '../harness/certificates.js';

type Handler = http.RequestListener;

async function listening(server: net.Server, t: TestContext): Promise<number> {
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		server.close();
		if (server instanceof http.Server || server instanceof https.Server) {
			server.closeAllConnections();
		}
	});
	return (server.address() as AddressInfo).port;
}

const whyOf = (outcome: HttpOutcome): string => (outcome.kind === 'failed' ? outcome.why : 'answered');

async function clientOf(handler: Handler, t: TestContext, service: Partial<HttpService> = {}, path = '') {
	const port = await listening(http.createServer(handler), t);
	const client = new HttpClient({url: new URL(`http://127.0.0.1:${port}${path}`), ...service});
	t.after(() => client.close());
	return client;
}

test('a path and parameters are added to the address of the service', () => {
	const cases = [
		[
			'http://a:9090',
			{path: '/api/v1/query', query: {query: 'up{a="1&2"}'}},
			'http://a:9090/api/v1/query?query=up%7Ba%3D%221%262%22%7D',
		],
		['http://a:9090/', {path: '/api'}, 'http://a:9090/api'],
		['http://a/prometheus/', {path: '/api'}, 'http://a/prometheus/api'],
		['https://a/hook/x', {path: ''}, 'https://a/hook/x'],
	] as const;
	for (const [service, request, expected] of cases) {
		assert.equal(addressOf(new URL(service), request).href, expected);
	}
});

test('a request carries its method, body and secret, and the reply comes back', async t => {
	const seen: string[] = [];
	const client = await clientOf(
		(request, response) => {
			request.on('data', chunk => seen.push(String(chunk)));
			request.on('end', () => {
				seen.push(
					`${request.method} ${request.url}`,
					request.headers.authorization ?? '',
					request.headers['content-type'] ?? '',
				);
				response.end('{"ok":true}');
			});
		},
		t,
		{readSecret: async () => 'token-1'},
		'/base',
	);
	const outcome = await client.request({method: 'POST', path: '/alerts', body: '[1]'});
	assert.deepEqual(outcome, {kind: 'answered', status: 200, body: '{"ok":true}'});
	assert.deepEqual(seen, ['[1]', 'POST /base/alerts', 'Bearer token-1', 'application/json']);
});

test('a secret with a user is a password, and is read again for every request', async t => {
	const seen: string[] = [];
	const secrets = ['one', 'two'];
	const client = await clientOf(
		(request, response) => {
			seen.push(request.headers.authorization ?? '');
			response.end();
		},
		t,
		{user: 'mon', readSecret: async () => secrets.shift() ?? ''},
	);
	await client.request({path: '/'});
	await client.request({path: '/'});
	assert.deepEqual(
		seen,
		['one', 'two'].map(secret => `Basic ${Buffer.from(`mon:${secret}`).toString('base64')}`),
	);
});

test('a refusal is one printable line with the status, without the secret or a secret path', async t => {
	const path = '/services/T000/B000/verysecret';
	const client = await clientOf(
		(request, response) => {
			response.writeHead(403, {'retry-after': '7'});
			response.end(`${'x'.repeat(140)}\u{1b}[31m no ${request.headers.authorization} at ${request.url}\n`);
		},
		t,
		{readSecret: async () => 'hunter2hunter2hunter2hunter2'},
		path,
	);
	const outcome = await client.request({path: ''});
	assert.ok(outcome.kind === 'failed');
	assert.equal(outcome.status, 403);
	assert.equal(outcome.retryAfterMs, 7000);
	assert.match(outcome.why, /^answers 403 Forbidden: x+\\x1b\[31m/);
	assert.doesNotMatch(outcome.why, /hunt|verys/);
	assert.doesNotMatch(outcome.why, /[^ -~]/);
});

test('a redirect is a failure, so the secret stays with its service', async t => {
	const client = await clientOf((_, response) => {
		response.writeHead(302, {location: 'http://127.0.0.1:1/'}).end();
	}, t);
	assert.equal(whyOf(await client.request({path: '/'})), 'answers 302 Found: a redirect, which is not followed');
});

test('each way in which a service can fail is a line, and none rejects', async t => {
	const cases: ReadonlyArray<readonly [name: string, handler: Handler, why: RegExp]> = [
		['hangs before the reply', () => undefined, /^does not answer within 0\.3 s$/],
		['hangs within the reply', (_, response) => response.write('{'), /^does not answer within 0\.3 s$/],
		['closes before the reply', request => request.socket.destroy(), /^(?:reset|closed) the connection/],
		[
			'closes within the reply',
			(request, response) => {
				response.writeHead(200, {'content-length': '10'});
				response.write('{', () => request.socket.destroy());
			},
			/the connection/,
		],
		[
			'never ends',
			(_, response) => {
				const more = () => response.destroyed || response.write(Buffer.alloc(65_536), more);
				more();
			},
			/^sends more than 1 MiB$/,
		],
		['is full', (_, response) => response.writeHead(507).end(), /^answers 507 Insufficient Storage$/],
	];
	for (const [name, handler, why] of cases) {
		const client = await clientOf(handler, t);
		assert.match(
			whyOf(await client.request({path: '/', timeoutMs: name.startsWith('hangs') ? 300 : 10_000, mostBytes: 2 ** 20})),
			why,
			name,
		);
	}
});

test('what is not there, and what is not HTTP, is said', async t => {
	const free = net.createServer();
	const port = await listening(free, t);
	await new Promise(resolve => free.close(resolve));
	const gone = new HttpClient({url: new URL(`http://127.0.0.1:${port}`)});
	assert.equal(whyOf(await gone.request({path: '/'})), 'refuses connections: nothing listens on the port');
	const redis = net.createServer(socket =>
		socket.on('data', () => socket.end('-ERR unknown command\r\n')).on('error', () => undefined),
	);
	const other = new HttpClient({url: new URL(`http://127.0.0.1:${await listening(redis, t)}`)});
	assert.match(whyOf(await other.request({path: '/'})), /^answers something that is not HTTP \(HPE_/);
});

test('a secret that cannot be read or sent is said without it', async () => {
	const url = new URL('http://127.0.0.1:1');
	const unreadable = new HttpClient({url, readSecret: () => Promise.reject(new Error('/run/token: no such file'))});
	assert.equal(whyOf(await unreadable.request({path: '/'})), 'cannot be asked: /run/token: no such file');
	const broken = new HttpClient({url, readSecret: async () => 'se\ncret'});
	assert.equal(
		whyOf(await broken.request({path: '/'})),
		'cannot be asked: its secret has characters that HTTP does not carry',
	);
});

test('an aborted signal ends a request that hangs, and the next one is not sent', async t => {
	const end = new AbortController();
	let requests = 0;
	const client = await clientOf(() => {
		requests++;
		end.abort();
	}, t);
	assert.equal(
		whyOf(await client.request({path: '/', signal: end.signal})),
		'was not asked to the end: redis-top ends',
	);
	assert.equal(whyOf(await client.request({path: '/', signal: end.signal})), 'was not asked: redis-top ends');
	assert.equal(requests, 1);
});

test('TLS is verified with the certificates that are given', async t => {
	const certificates = makeCertificates();
	if (certificates === undefined) {
		t.skip('there is no openssl here');
		return;
	}

	t.after(() => certificates.remove());
	const {cert, key} = certificates.pair('server');
	const server = https.createServer({cert, key}, (_, response) => response.end('ok'));
	const url = new URL(`https://127.0.0.1:${await listening(server, t)}`);
	const tls = {ca: undefined, cert: undefined, key: undefined, serverName: undefined, isVerified: true};
	const ca = [certificates.ca];
	const cases = [
		[tls, /certificate/],
		[{...tls, ca}, /^answered$/],
		[{...tls, isVerified: false}, /^answered$/],
		[{...tls, ca: [certificates.strangeCa]}, /certificate/],
	] as const;
	for (const [settings, why] of cases) {
		const client = new HttpClient({url, tls: settings});
		t.after(() => client.close());
		assert.match(whyOf(await client.request({path: '/'})), why);
	}
});
