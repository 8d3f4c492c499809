import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {type Arguments, readArguments} from '../../source/arguments/argv.js';
import {laterCommands} from '../../source/arguments/commands.js';
import {flagRows, laterFlags} from '../../source/arguments/flags.js';
import {flagSynopsis, helpText} from '../../source/arguments/help.js';

const given = (argv: readonly string[]) => {
	const result = readArguments(argv);
	assert.ok(result.kind === 'given', JSON.stringify(result));
	return result;
};

const misuse = (argv: readonly string[]): string => {
	const result = readArguments(argv);
	assert.ok(result.kind === 'misused', JSON.stringify(result));
	assert.ok(!/[\r\n]/.test(result.problem), 'one line');
	return result.problem;
};

test('flags are read in every spelling, and no default is filled in', () => {
	const cases: ReadonlyArray<readonly [argv: string, flags: object, targets?: readonly string[]]> = [
		['', {}],
		['-h redis.example -p 7000', {host: 'redis.example', port: '7000'}],
		['--host=redis.example --port=7000', {host: 'redis.example', port: '7000'}],
		['--host redis.example --port 7000', {host: 'redis.example', port: '7000'}],
		['-p7000 -i2 -n=3', {port: '7000', interval: '2', db: '3'}],
		['-s /run/redis.sock', {socket: '/run/redis.sock'}],
		['-u redis://h:1/2 -c', {uri: 'redis://h:1/2', cluster: true}],
		['--user bob --askpass', {user: 'bob', askpass: true}],
		['-a secret', {pass: 'secret'}],
		['--pass secret --pass-file f', {pass: 'secret', passFile: 'f'}],
		['-a -secret', {pass: '-secret'}],
		[
			'--tls --cacert a --cacertdir b --cert c --key d --sni e --insecure',
			{tls: true, cacert: 'a', cacertdir: 'b', cert: 'c', key: 'd', sni: 'e', insecure: true},
		],
		['--tls --tls', {tls: true}],
		['-i 500ms --timeout 250ms --panel 2', {interval: '500ms', timeout: '250ms', panel: '2'}],
		['--read-only --allow-actions --ascii --no-color', {readOnly: true, allowActions: true, ascii: true, color: false}],
		['--format text --json', {format: 'text', json: true}],
		['a b:7000 --tls c', {tls: true}, ['a', 'b:7000', 'c']],
		['--ascii -- a -x', {ascii: true}, ['a', '-x']],
		['-n -1', {db: '-1'}],
	];
	for (const [argv, flags, targets = []] of cases) {
		const result = given(argv.split(' ').filter(word => word !== ''));
		assert.deepEqual({...result.flags}, flags, argv);
		assert.deepEqual(result.targets, targets, argv);
		assert.equal(result.command, 'monitor', argv);
	}
});

test('a value is read unchanged, whatever characters it has', () => {
	fc.assert(
		fc.property(fc.string({minLength: 1, unit: 'binary'}), value => {
			assert.equal(given([`--pass=${value}`]).flags.pass, value);
			assert.equal(given([`--user=${value}`, 'host']).flags.user, value);
		}),
	);
	for (const value of ['"quoted"', "'quoted'", '"', '""', 'a=b', '--tls', '\n', 'true', '0x10', '1e3', '[object]']) {
		assert.deepEqual({...given([`--pass=${value}`]).flags}, {pass: value});
	}
});

test('any words give a result, never an exception', () => {
	const word = fc.oneof(
		fc.string(),
		fc.constantFrom('--', '-', '-h', '-a', '--tls', 'snapshot', 'check', '--format', '--=', '---', '--no-color'),
	);
	fc.assert(
		fc.property(fc.array(word), argv => {
			const kinds: ReadonlyArray<Arguments['kind']> = ['given', 'help', 'version', 'misused'];
			assert.ok(kinds.includes(readArguments(argv).kind));
		}),
	);
});

test('commands, help and version are recognized', () => {
	assert.deepEqual(given(['snapshot', 'a', '--json']).command, 'snapshot');
	assert.deepEqual(given(['--json', 'snapshot', 'a']).targets, ['a']);
	assert.equal(given(['demo']).command, 'demo');
	assert.deepEqual(given(['demo', 'simulated', '--nodes', '30']).targets, ['simulated']);
	assert.deepEqual(given(['--', 'check']).targets, ['check']);
	assert.deepEqual(given(['check.example']).targets, ['check.example']);
	for (const argv of [['--help'], ['-h'], ['a', '-h'], ['--bogus', '--help'], ['-i', '--help'], ['help']]) {
		assert.equal(readArguments(argv).kind, 'help', argv.join(' '));
	}

	assert.equal(readArguments(['--version']).kind, 'version');
	assert.equal(given(['-a', '--helper']).flags.pass, '--helper');
	assert.deepEqual(given(['--', '--help']).targets, ['--help']);
});

test('a host whose name is like no command is a target', () => {
	for (const name of ['localhost', 'cache', 'db', 're', 'check1', 'check.example.org']) {
		assert.deepEqual(given([name]).targets, [name]);
	}

	assert.deepEqual(given(['--', 'chekc']).targets, ['chekc']);
});

test('a flag with a list may be given more than once', () => {
	const argv = ['--sentinel', 'a:1', '--sentinel=b:2,c:3', '--nat-map', 'x=y'];
	assert.deepEqual({...given(argv).flags}, {sentinel: 'a:1,b:2,c:3', natMap: 'x=y'});
});

test('a mistake gives one line that names the mistake and its fix', () => {
	const cases: ReadonlyArray<readonly [argv: readonly string[], problem: RegExp]> = [
		[['--intervall', '2'], /^unknown flag --intervall: did you mean --interval\?$/],
		[['--cacer=x'], /^unknown flag --cacer: did you mean --cacert\?$/],
		[['--asci'], /--asci: did you mean --ascii\?$/],
		[['-tls'], /^unknown flag -tls: did you mean --tls\?$/],
		[['-host', 'x'], /^unknown flag -host: did you mean --host\?$/],
		[['--bogus'], /^unknown flag --bogus: redis-top --help lists the flags$/],
		[
			['chekc', '-p', '1'],
			/^redis-top has no command chekc: did you mean check\? For a host of that name write redis-top -- chekc$/,
		],
		[['snapshto'], /did you mean snapshot\?/],
		[['-r', '3'], /^unknown flag -r: /],
		[['-p'], /^-p needs a value: -p PORT$/],
		[['--port='], /^-p needs a value: -p PORT$/],
		[['-p', '--tls'], /^-p needs a value/],
		[['-h', '-p', '7000'], /^-h needs a value: -h HOST$/],
		[['-a', '-p', '7000'], /^-a needs a value/],
		[['-a', '--'], /^-a needs a value/],
		[['-a', ''], /^-a needs a value/],
		[['--tls=yes'], /^--tls takes no value/],
		[['-i', '1', '-i', '2'], /^-i was given twice/],
		[['a', 'snapshot'], /^snapshot is a command and comes first/],
		[['snapshot', 'check'], /^check is a command and comes first/],
	];
	for (const [argv, problem] of cases) {
		assert.match(misuse(argv), problem);
	}

	for (const command of laterCommands) {
		assert.match(misuse([command, 'host']), new RegExp(`^redis-top ${command} is not part of this version`));
	}

	for (const flag of laterFlags) {
		assert.equal(misuse([`--${flag}`, 'x']), `--${flag} is not part of this version`);
	}
});

test('a password attached to a flag or given to an unknown flag is not printed', () => {
	for (const argv of [
		['-aHunter2'],
		['-a2Hunter2'],
		['-pHunter2'],
		['--password=Hunter2'],
		['--passHunter2'],
		['--password', 'Hunter2'],
		['--auth:Hunter2'],
		['-a', 'Hunter2', '-a', 'Hunter2'],
		['-a', 'Hunter2', '--bogus'],
		['--tls=Hunter2'],
	]) {
		assert.doesNotMatch(misuse(argv), /Hunter2/);
	}
});

test('the help names every flag, is ASCII and fits 80 columns', () => {
	const text = helpText();
	for (const row of flagRows) {
		assert.ok(text.includes(flagSynopsis(row).trim()), row.name);
	}

	for (const line of text.split('\n')) {
		assert.match(line, /^[ -~]{0,80}$/);
		assert.ok(!line.endsWith(' '));
	}
});
