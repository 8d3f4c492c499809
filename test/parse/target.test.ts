import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {addressOf} from '../../source/domain/node.js';
import {parseTarget, type Target, targetLabel} from '../../source/parse/target.js';

const targetOf = (text: string): Target => {
	const target = parseTarget(text);
	assert.ok(!('problem' in target), JSON.stringify(target));
	return target;
};

const problemOf = (text: string): string => {
	const target = parseTarget(text);
	assert.ok('problem' in target, JSON.stringify(target));
	return target.problem;
};

test('every notation of a target is read', () => {
	const cases: ReadonlyArray<readonly [text: string, address: string, rest?: Partial<Target>]> = [
		['localhost', 'localhost:6379'],
		['redis_1.example.', 'redis_1.example.:6379'],
		['bücher.example:7000', 'bücher.example:7000'],
		['10.0.1.21:7000', '10.0.1.21:7000'],
		['::1', '[::1]:6379'],
		['fe80::1%eth0', '[fe80::1%eth0]:6379'],
		['[::1]', '[::1]:6379'],
		['[2001:db8::1]:7000', '[2001:db8::1]:7000'],
		['redis://h', 'h:6379'],
		['redis://', '127.0.0.1:6379'],
		['redis://:7000', '127.0.0.1:7000'],
		['REDIS://H:1', 'H:1'],
		['redis://h:1/2', 'h:1', {database: 2}],
		['redis://h/', 'h:6379'],
		['redis://h:1/2?ssl_cert_reqs=none#x', 'h:1', {database: 2}],
		['redis://[::1]:7000', '[::1]:7000'],
		['valkey://h:1', 'h:1'],
		['rediss://h:1', 'h:1', {isTls: true}],
		['valkeys://h:1', 'h:1', {isTls: true}],
		['redis://bob:pw@h', 'h:6379', {username: 'bob', password: 'pw'}],
		['redis://:pw@h', 'h:6379', {password: 'pw'}],
		['redis://pw@h', 'h:6379', {password: 'pw'}],
		['redis://bob:@h', 'h:6379', {username: 'bob'}],
		['redis://b%40b:p%2Fw%3a%25@h', 'h:6379', {username: 'b@b', password: 'p/w:%'}],
		['redis://bob:p:w@h', 'h:6379', {username: 'bob', password: 'p:w'}],
		['redis://bob:p@w@h', 'h:6379', {username: 'bob', password: 'p@w'}],
		['unix:///run/redis.sock', 'unix:/run/redis.sock'],
		['unix://:pw@/run/redis.sock?db=1', 'unix:/run/redis.sock', {password: 'pw'}],
		['unix:/run/redis.sock', 'unix:/run/redis.sock'],
		['/run/redis.sock', 'unix:/run/redis.sock'],
		['./redis.sock', 'unix:./redis.sock'],
		['../redis.sock', 'unix:../redis.sock'],
	];
	for (const [text, address, rest = {}] of cases) {
		const {endpoint, ...found} = targetOf(text);
		assert.equal(addressOf(endpoint), address, text);
		const expected = {
			hasPort: /\d$/.test(address) && !address.endsWith(':6379'),
			username: undefined,
			password: undefined,
			isTls: false,
			database: undefined,
			...rest,
		};
		assert.deepEqual(found, expected, text);
	}
});

test('a text that is no target gets one line that names it and the fix', () => {
	const cases: ReadonlyArray<readonly [text: string, problem: RegExp]> = [
		['', /^an empty target: write host/],
		['a b', /^target a b: holds a space/],
		['a\nb', /^target a\\nb: holds a space or a control/],
		['h:', /port must be a number from 1 to 65535/],
		['h:0', /port must be a number/],
		['h:65536', /port must be a number/],
		['h:http', /port must be a number/],
		['6379', /^target 6379: looks like a port: write 127\.0\.0\.1:6379 or -p 6379$/],
		[':6379', /no host before the colon: write 127\.0\.0\.1:6379$/],
		['::1::', /stands in brackets/],
		['1:2:3', /stands in brackets/],
		['[::1', /stands in brackets/],
		['[nonsense]:1', /is no host name/],
		['-h', /is no host name/],
		['a,b', /is no host name/],
		['h:1/0', /a path needs a scheme/],
		['bob:pw@h', /^target \*\*\*@h: a user or password needs a scheme/],
		['http://h', /^target http:\/\/h: this scheme is unknown/],
		['redis://h/zero', /must be a database number/],
		['redis://h/1/2', /must be a database number/],
		['redis://bob:a/b@h', /^target redis:\/\/\*\*\*@h: percent-encode/],
		['redis://bob:a?b@h', /^target redis:\/\/\*\*\*@h: percent-encode/],
		['redis://bob:%zz@h', /^target redis:\/\/\*\*\*@h: a % must be followed/],
		['unix://', /three slashes/],
		['unix://redis.sock', /three slashes/],
		['unix:', /no path/],
	];
	for (const [text, problem] of cases) {
		assert.match(problemOf(text), problem, text);
		assert.match(problemOf(text), /^[^\p{Cc}]*$/u, text);
	}
});

test('a printed address reads as the same target', () => {
	const endpoint = fc.oneof(
		fc.record({
			kind: fc.constant('tcp' as const),
			host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
			port: fc.integer({min: 1, max: 65_535}),
		}),
		fc.record({kind: fc.constant('unix' as const), path: fc.webPath().map(path => `/run${path}`)}),
	);
	fc.assert(
		fc.property(endpoint, printed => {
			assert.deepEqual(targetOf(addressOf(printed)).endpoint, {...printed});
		}),
	);
});

test('a user and a password survive percent-encoding, and the password is in no label and no problem', () => {
	const secret = fc.string({minLength: 4, maxLength: 20, unit: 'grapheme'}).map(text => `Hunter2${text}`);
	fc.assert(
		fc.property(fc.string({minLength: 1, unit: 'grapheme'}), secret, (username, password) => {
			const uri = `redis://${encodeURIComponent(username)}:${encodeURIComponent(password)}@h:7000/1`;
			const target = targetOf(uri);
			assert.deepEqual([target.username, target.password], [username, password]);
			assert.doesNotMatch(targetLabel(uri), /Hunter2/);
		}),
	);
	fc.assert(
		fc.property(
			fc.constantFrom('redis://', 'rediss:', 'redis:/', 'unix://', 'http://', '', 'x y://'),
			secret,
			fc.constantFrom('', 'h', 'h:x', 'h:1/x', '[::', 'h?password=Hunter2'),
			(start, password, end) => {
				const target = parseTarget(`${start}bob:${password}@${end}`);
				assert.doesNotMatch('problem' in target ? target.problem : addressOf(target.endpoint), /Hunter2/);
			},
		),
	);
});

test('any text gives a target or a problem of one printable line', () => {
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string({unit: 'binary'}),
				fc.webUrl(),
				fc.string().map(text => `redis://${text}`),
			),
			text => {
				const target = parseTarget(text);
				if ('problem' in target) {
					assert.match(target.problem, /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
				} else if (target.endpoint.kind === 'tcp') {
					assert.ok(target.endpoint.port >= 1 && target.endpoint.port <= 65_535);
					assert.notEqual(target.endpoint.host, '');
				}
			},
		),
	);
});
