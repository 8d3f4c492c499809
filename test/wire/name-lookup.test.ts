import assert from 'node:assert/strict';
import dns from 'node:dns';
import net from 'node:net';
import test, {type TestContext} from 'node:test';
import {openPort} from '../../source/wire/ioredis-port.js';
import {lookUp} from '../../source/wire/ladder-connection.js';
import {
	addressesOf,
	earlierAddressOf,
	NameLookup,
	rememberAddress,
	resolverLimits,
} from '../../source/wire/name-lookup.js';
import {probeGreeting} from '../../source/wire/raw-probe.js';
import {WireFailure} from '../../source/wire/redis-port.js';

type Answer = (error: NodeJS.ErrnoException | null, addresses: readonly dns.LookupAddress[]) => void;

/** A name server that answers when the test says so. Returns the lookups that it was asked for. */
function silentNameServer(context: TestContext): Array<{readonly name: string; readonly answer: Answer}> {
	const asked: Array<{name: string; answer: Answer}> = [];
	const take = (name: string, _options: unknown, answer: Answer) => {
		asked.push({name, answer});
	};
	const {lookup} = dns;
	// A lookup that is under way keeps the process alive; the timeout of a socket does not.
	const alive = setInterval(() => undefined, 1000);
	Object.defineProperty(dns, 'lookup', {value: take, configurable: true, writable: true});
	context.after(() => {
		clearInterval(alive);
		Object.defineProperty(dns, 'lookup', {value: lookup, configurable: true, writable: true});
	});
	return asked;
}

const settings = (host: string, isEncrypted = false) => ({
	endpoint: {kind: 'tcp', host, port: 6379} as const,
	username: undefined,
	password: undefined,
	tls: isEncrypted
		? {ca: undefined, cert: undefined, key: undefined, serverName: undefined, isVerified: false}
		: undefined,
	timeoutMs: 50,
});

const failureOf = async (host: string, isEncrypted = false): Promise<WireFailure> => {
	const port = openPort(settings(host, isEncrypted));
	const error: unknown = await port.open().then(
		() => undefined,
		(reason: unknown) => reason,
	);
	port.close();
	assert.ok(error instanceof WireFailure);
	return error;
};

for (const isEncrypted of [false, true]) {
	test(`a name server that does not answer is no filtered port, ${isEncrypted ? 'with' : 'without'} TLS`, async context => {
		const asked = silentNameServer(context);
		const name = isEncrypted ? 'encrypted.example' : 'plain.example';
		const {code, message} = await failureOf(name, isEncrypted);
		assert.equal(code, 'EAI_AGAIN');
		assert.equal(message, `getaddrinfo EAI_AGAIN ${name}`);
		assert.equal(asked[0]?.name, name);
		asked[0]?.answer(null, [{address: '127.0.0.1', family: 4}]);
	});
}

test('an address that does not answer is not blamed on the name server', async context => {
	silentNameServer(context);
	// Nobody answers on an address that is set aside for documents; some networks refuse it at once.
	const {code} = await failureOf('192.0.2.1');
	assert.notEqual(code, 'EAI_AGAIN');
});

test('a probe of the port names the name server, too', async context => {
	const [asked, endpoint] = [silentNameServer(context), {kind: 'tcp', host: 'probe.example', port: 6379} as const];
	assert.deepEqual(await probeGreeting(endpoint, 50), {kind: 'unreachable', code: 'EAI_AGAIN'});
	asked[0]?.answer(null, []);
});

test('all who ask for a name meanwhile share one lookup, and the next one asks again', async context => {
	const asked = silentNameServer(context);
	const both = [addressesOf('shared.example'), addressesOf('shared.example')];
	assert.equal(asked.length, 1);
	asked[0]?.answer(null, [{address: '10.0.0.7', family: 4}]);
	assert.deepEqual(await Promise.all(both), [[{address: '10.0.0.7', family: 4}], [{address: '10.0.0.7', family: 4}]]);
	const again = addressesOf('shared.example');
	assert.equal(asked.length, 2);
	asked[1]?.answer(Object.assign(new Error('getaddrinfo ENOTFOUND shared.example'), {code: 'ENOTFOUND'}), []);
	await assert.rejects(again, {code: 'ENOTFOUND'});
});

test('a name that cannot be resolved any more is told with the address that it had', async context => {
	const asked = silentNameServer(context);
	const known = addressesOf('moved.example');
	asked[0]?.answer(null, [{address: '10.0.0.8', family: 4}]);
	await known;
	assert.equal(earlierAddressOf('moved.example'), '10.0.0.8');
	assert.equal((await failureOf('moved.example')).message, 'getaddrinfo EAI_AGAIN moved.example; before: 10.0.0.8');
	const lookup = lookUp('moved.example', 50);
	const lost = Object.assign(new Error('getaddrinfo ENOTFOUND moved.example'), {code: 'ENOTFOUND'});
	for (const {answer} of asked.slice(1)) {
		answer(lost, []);
	}

	assert.deepEqual(await lookup, {
		kind: 'failed',
		code: 'ENOTFOUND',
		message: 'getaddrinfo ENOTFOUND moved.example; before: 10.0.0.8',
	});
});

test('an address of an earlier run is known until this run has its own', async context => {
	rememberAddress('old.example', '10.0.0.1');
	assert.equal(earlierAddressOf('old.example'), '10.0.0.1');
	const asked = silentNameServer(context);
	const known = addressesOf('old.example');
	asked[0]?.answer(null, [{address: '10.0.0.2', family: 4}]);
	await known;
	rememberAddress('old.example', '10.0.0.1');
	assert.equal(earlierAddressOf('old.example'), '10.0.0.2');
});

test('a name is resolved and the connection made, for one address and for several', async () => {
	const server = net.createServer(socket => socket.end('-ERR max number of clients reached\r\n'));
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	const greeting = await probeGreeting({kind: 'tcp', host: 'localhost', port}, 5000);
	server.close();
	assert.equal(greeting.kind, 'spoke');
});

test('the resolver is limited to about four seconds, however many name servers there are, unless the file sets limits', () => {
	const servers = (count: number) => Array.from({length: count}, (_, index) => `nameserver 10.0.0.${index}\n`).join('');
	assert.equal(resolverLimits(''), 'timeout:2 attempts:2');
	assert.equal(resolverLimits(servers(1)), 'timeout:2 attempts:2');
	assert.equal(resolverLimits(`search a.example\n${servers(2)}options ndots:5 edns0\n`), 'timeout:2 attempts:1');
	assert.equal(resolverLimits(servers(3)), 'timeout:1 attempts:1');
	assert.equal(resolverLimits(`# options timeout:1\n${servers(1)}`), 'timeout:2 attempts:2');
	assert.equal(resolverLimits(`${servers(1)}options rotate timeout:1\n`), undefined);
	assert.equal(resolverLimits(`${servers(1)}options attempts:5\n`), undefined);
});

test('a connection leads to the one address of its name, or to none that is certain', async context => {
	const asked = silentNameServer(context);
	const addressFor = async (name: string, ...addresses: readonly string[]) => {
		const lookup = new NameLookup();
		const {promise, resolve} = Promise.withResolvers<void>();
		lookup.lookup(name, {}, () => resolve());
		assert.equal(lookup.addressOf(name), undefined, 'before the answer');
		asked.at(-1)?.answer(
			null,
			addresses.map(address => ({address, family: 4})),
		);
		await promise;
		return lookup.addressOf(name);
	};
	assert.equal(await addressFor('one.example', '192.0.2.7'), '192.0.2.7');
	assert.equal(await addressFor('two.example', '192.0.2.7', '192.0.2.8'), undefined);
	assert.equal(new NameLookup().addressOf('192.0.2.9'), '192.0.2.9', 'an address is not looked up');
});
