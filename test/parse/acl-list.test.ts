import assert from 'node:assert/strict';
import test from 'node:test';
import {parseAclList, withoutPasswordHashes} from '../../source/parse/acl-list.js';

const hash = (digit: string) => `#${digit.repeat(64)}`;
const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const;

test('no hash of a password is left, and equal passwords stay equal within one run', () => {
	const reply = [
		`user app on sanitize-payload ${hash('a')} ${hash('b')} ~* resetchannels -@all +get`,
		`user job on ${hash('A')} ~* &* +@all`,
		'user default on nopass ~* &* +@all',
		7,
		null,
	];
	const [app, job, ...others] = withoutPasswordHashes(reply, keys[0]) as readonly unknown[];
	assert.doesNotMatch(`${app} ${job}`, /[ab]{20}/i);
	assert.match(String(app), /^user app on sanitize-payload #[\da-f]{12} #[\da-f]{12} ~\* resetchannels -@all \+get$/);
	assert.equal(/#\w+/.exec(String(app))?.[0], /#\w+/.exec(String(job))?.[0]);
	assert.deepEqual(others, reply.slice(2));
	assert.notDeepEqual(withoutPasswordHashes(reply, keys[1]), withoutPasswordHashes(reply, keys[0]));
	assert.equal(withoutPasswordHashes('OK', keys[0]), 'OK');
});

const userOf = (line: string) => parseAclList([line])[0] ?? assert.fail(line);

test('passwords, rights and flags are compared apart, whatever their order', () => {
	const one = userOf('user app on sanitize-payload #111 #222 ~b ~a resetchannels -@all +get +set');
	const other = userOf('user app off nopass ~a ~b resetchannels -@all +get +set');
	assert.deepEqual([one.isOn, other.isOn], [true, false]);
	assert.equal(other.login, 'nopass');
	assert.equal(one.login, userOf('user app on #222 #111 ~a +get').login);
	assert.notEqual(one.login, userOf('user app on #111 ~a +get').login);
	assert.equal(userOf('user app on ~a +get').login, '');
	assert.equal(one.rights, other.rights);
	assert.notEqual(one.rights, userOf('user app on #111 ~a ~b resetchannels -@all +set').rights);
});

for (const [one, other, isEqual] of [
	// As two processes of Redis 7.0 list one user.
	['+@all -@admin -sort -info -migrate -swapdb', '+@all -@admin -info -swapdb -sort -migrate', true],
	['-@all +get +set', '-@all +set +get', true],
	['-@all +@read +@write', '-@all +@write +@read', true],
	['+@all -@admin', '-@admin +@all', false],
	['-@all +@read -@string', '-@all -@string +@read', false],
	['+@all -info', '-info +@all', false],
	['+@all -info', '+@all +info', false],
	['+get -get', '-get +get', false],
	['+config -config|get', '-config|get +config', false],
	['-config +config|set +config|get', '-config +config|get +config|set', true],
	['-@all (~a +get +set)', '-@all (~a +set +get)', true],
] as const) {
	test(`${one} and ${other} are ${isEqual ? 'the same rights' : 'different rights'}`, () => {
		const [a, b] = [one, other].map(rules => userOf(`user app on ~* ${rules}`).rights);
		assert.equal(a === b, isEqual);
	});
}

test('rights of commands: a later rule overrides an earlier one, and selectors add rights', () => {
	const cases: ReadonlyArray<readonly [line: string, command: string, mayRun: boolean]> = [
		['user a on ~* +@all', 'slaveof', true],
		['user a on ~* +@all -@dangerous', 'slaveof', false],
		['user a on ~* +@all -@dangerous', 'set', true],
		['user a on ~* +@all -@dangerous +slaveof', 'slaveof', true],
		['user a on ~* -@all +config', 'config|rewrite', true],
		['user a on ~* -@all +config|get', 'config|rewrite', false],
		['user a on ~* -@all +client|kill', 'client|kill', true],
		['user a on ~* -@all +@write', 'hset', true],
		['user a on ~* -@all +@read', 'hset', false],
		['user a on ~* allcommands', 'failover', true],
		['user a on nocommands', 'ping', false],
		['user a on -@all (~cache:* +@write) (~* +ping)', 'zadd', true],
		['user a on -@all (~cache:* +@write) (~* +ping)', 'ping', true],
		['user a on -@all (~cache:* +@write) (~* +ping)', 'info', false],
	];
	for (const [line, command, mayRun] of cases) {
		assert.equal(!userOf(line).lacks.includes(command), mayRun, `${line}: ${command}`);
	}

	assert.equal(userOf('user a on ~* +get').hasAllKeys, true);
	assert.equal(userOf('user a on ~a* %R~* +get').hasAllKeys, false);
});

test('what is no line of a user is left out', () => {
	assert.deepEqual(parseAclList('OK'), []);
	assert.deepEqual(parseAclList(['', 'user', 'role x', 5, null]), []);
});
