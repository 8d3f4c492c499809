import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import fc from 'fast-check';
import {readArguments} from '../../source/arguments/argv.js';
import {type Config, resolveConfig} from '../../source/config/config.js';
import type {Readings} from '../../source/config/sources.js';
import {durationMs, type Environment} from '../../source/config/values.js';
import {addressOf} from '../../source/domain/node.js';
import {ruleIds} from '../../source/rules/all-rules.js';
import {defaultRuleSettings} from '../../source/rules/node-facts.js';
import {everyRule} from '../../source/rules/rule-choice.js';
import {loadFrom} from '../harness/load-config.js';

const utf8: Environment = {LANG: 'C.UTF-8', TERM: 'xterm'};

const resolutionOf = (argv: string, environment: Environment = utf8, readings: Readings = {}) => {
	const given = readArguments(argv.split(' ').filter(word => word !== ''));
	assert.ok(given.kind === 'given', JSON.stringify(given));
	return resolveConfig(given, environment, readings, undefined, ruleIds);
};

const configOf = (argv: string, environment?: Environment, readings?: Readings): Config => {
	const resolution = resolutionOf(argv, environment, readings);
	assert.ok('config' in resolution, JSON.stringify(resolution));
	return resolution.config;
};

const problemsOf = (argv: string, environment?: Environment, readings?: Readings) => {
	const resolution = resolutionOf(argv, environment, readings);
	assert.ok('problems' in resolution, `${argv}: ${JSON.stringify(resolution)}`);
	return resolution.problems;
};

const first = (config: Config) => {
	const [settings] = config.targets;
	assert.ok(settings);
	return settings;
};

test('without arguments redis-top is the monitor of 127.0.0.1:6379, once a second, locked', () => {
	const {rules, ...config} = configOf('');
	assert.deepEqual(rules.of(first(configOf(''))), {...defaultRuleSettings, hasPassword: false});
	assert.deepEqual(config, {
		command: 'monitor',
		label: '127.0.0.1:6379',
		targets: [
			{
				endpoint: {kind: 'tcp', host: '127.0.0.1', port: 6379},
				username: undefined,
				password: undefined,
				tls: undefined,
				timeoutMs: 2000,
				profile: undefined,
			},
		],
		intervalMs: 1000,
		timeoutMs: 2000,
		panel: 'overview',
		isReadOnly: false,
		isWall: false,
		isMasked: false,
		allowsActions: false,
		isAscii: false,
		theme: 'dark',
		isDumbTerminal: false,
		isScreenReader: false,
		hasMouse: false,
		format: undefined,
		ruleIds: [],
		isInsecure: false,
		isProduction: false,
		keys: new Map(),
		ruleChoice: everyRule,
		isVerbose: false,
		findingCommand: undefined,
		metrics: undefined,
		aclServer: undefined,
		isAclForActions: false,
		isAclForKeys: false,
		watchedKeys: [],
		auditFrom: undefined,
		record: {file: undefined, folder: undefined, keep: {kind: 'time', ms: 172_800_000}, keepsArguments: false},
		replay: undefined,
		report: undefined,
		prometheus: undefined,
		fleet: undefined,
		receivers: {alertmanagers: [], webhook: undefined, grafana: undefined},
		demo: undefined,
		dataAccess: undefined,
		primaryName: undefined,
		natMap: new Map(),
		follow: 'all',
	} satisfies Omit<Config, 'rules'>);
});

test('targets come from flags, arguments, REDIS_URL or the default, in this order', () => {
	const url = {...utf8, REDIS_URL: ' redis://env:1\n'};
	const cases: ReadonlyArray<readonly [argv: string, environment: Environment, label: string]> = [
		['a b:7000 [::1]:7001', utf8, 'a:6379 b:7000 [::1]:7001'],
		['a a:6379 redis://a', utf8, 'a:6379'],
		['-h a', utf8, 'a:6379'],
		['-h ::1 -p 7000', utf8, '[::1]:7000'],
		['-p 7000', utf8, '127.0.0.1:7000'],
		['-s /run/r.sock', utf8, 'unix:/run/r.sock'],
		['-u redis://bob:pw@a:1/3', utf8, 'a:1'],
		['', url, 'env:1'],
		['a', url, 'a:6379'],
		['-p 7000', url, '127.0.0.1:7000'],
		['', {...utf8, REDIS_URL: ''}, '127.0.0.1:6379'],
		['demo', url, ''],
	];
	for (const [argv, environment, label] of cases) {
		assert.equal(configOf(argv, environment).label, label, argv);
	}
});

test('Sentinels need no further target, and have credentials of their own', () => {
	const {label, targets, dataAccess, primaryName} = configOf(
		'--sentinel s1 --sentinel redis://:sentinel@s2:26380,s3 --master-name main --user bob -a data',
		{...utf8, REDIS_URL: 'redis://env:1'},
	);
	assert.equal(label, 'main at s1:26379 s2:26380 s3:26379');
	assert.deepEqual(
		targets.map(({username, password}) => [username, password]),
		[
			[undefined, 'data'],
			[undefined, 'sentinel'],
			[undefined, 'data'],
		],
	);
	assert.deepEqual([dataAccess?.username, dataAccess?.password, primaryName], ['bob', 'data', 'main']);
	assert.equal(configOf('a --sentinel s1').label, 'a:6379 s1:26379');
});

test('announced addresses are mapped as a whole or by their host', () => {
	const {natMap} = configOf('a --nat-map 10.0.0.5:6379=127.0.0.1:7001,db-1=localhost --nat-map [fd00::1]:1=b:2');
	assert.deepEqual(
		[...natMap],
		[
			['10.0.0.5:6379', {kind: 'tcp', host: '127.0.0.1', port: 7001}],
			['db-1', {host: 'localhost'}],
			['[fd00::1]:1', {kind: 'tcp', host: 'b', port: 2}],
		],
	);
});

test('which source of user and password has precedence', () => {
	const url = {...utf8, REDIS_URL: 'redis://u:url@h'};
	const auth = {...utf8, REDISCLI_AUTH: 'auth', VALKEYCLI_AUTH: 'valkey'};
	const file: Readings = {passFile: {text: 'file\r\nsecond'}};
	const cases: ReadonlyArray<
		readonly [argv: string, environment: Environment, readings: Readings, user: string | undefined, password: string]
	> = [
		['redis://bob:uri@h -a flag --user eve', auth, {}, 'bob', 'uri'],
		['redis://:uri@h --user eve', auth, {}, 'eve', 'uri'],
		['h -a flag', auth, {}, undefined, 'flag'],
		['h --user bob --pass-file f', auth, file, 'bob', 'file'],
		['h --user bob --askpass', auth, {askedPassword: 'asked'}, 'bob', 'asked'],
		['h', auth, {}, undefined, 'auth'],
		['h', {...utf8, REDISCLI_AUTH: '', VALKEYCLI_AUTH: 'valkey'}, {}, undefined, 'valkey'],
		['', {...url, ...auth}, {}, 'u', 'url'],
		['-a flag --user eve', url, {}, 'eve', 'flag'],
		['', {...auth, REDIS_URL: 'redis://h'}, {}, undefined, 'auth'],
	];
	for (const [argv, environment, readings, username, password] of cases) {
		const settings = first(configOf(argv, environment, readings));
		assert.deepEqual([settings.username, settings.password], [username, password], argv);
	}
});

test('a password on the command line gives a warning, and from other sources it doesn’t', () => {
	const warned = (argv: string, environment?: Environment, readings?: Readings) => {
		const resolution = resolutionOf(argv, environment, readings);
		return 'warnings' in resolution && resolution.warnings.length > 0;
	};

	assert.ok(warned('-a pw'));
	assert.ok(warned('redis://:pw@h'));
	assert.ok(warned('-u redis://bob:pw@h'));
	assert.ok(!warned('', {...utf8, REDIS_URL: 'redis://:pw@h'}));
	assert.ok(!warned('h', {...utf8, REDISCLI_AUTH: 'pw'}));
	assert.ok(!warned('--pass-file f', utf8, {passFile: {text: 'pw'}}));
});

test('TLS is chosen by scheme or flag, and verified without --insecure', () => {
	assert.equal(first(configOf('h')).tls, undefined);
	const plain = {ca: undefined, cert: undefined, key: undefined, serverName: undefined, isVerified: true};
	assert.deepEqual(first(configOf('rediss://h')).tls, plain);
	assert.deepEqual(first(configOf('--tls --sni other h')).tls, {...plain, serverName: 'other'});
	const config = configOf('valkeys://h --insecure plain');
	assert.deepEqual(
		config.targets.map(({tls}) => tls?.isVerified),
		[false, undefined],
	);
	assert.ok(config.isInsecure);
	assert.ok(!configOf('valkeys://h').isInsecure);
});

test('durations have the units ms, s, m and h, and are seconds without a unit', () => {
	const cases: ReadonlyArray<readonly [text: string, expected: number | undefined]> = [
		['500ms', 500],
		['1s', 1000],
		['2', 2000],
		['1.5s', 1500],
		['.5', 500],
		['0.25', 250],
		['1m', 60_000],
		['1h', 3_600_000],
		['', undefined],
		['s', undefined],
		['1 s', undefined],
		['-1', undefined],
		['1e3', undefined],
		['1d', undefined],
		['1.', undefined],
		['Infinity', undefined],
	];
	for (const [text, expected] of cases) {
		assert.equal(durationMs(text), expected, text);
	}
});

test('the interval and the timeout have defaults and limits', () => {
	const cases: ReadonlyArray<readonly [argv: string, intervalMs: number, timeoutMs: number]> = [
		['-i 200ms', 200, 2000],
		['-i 3', 3000, 3000],
		['-i 1m', 60_000, 5000],
		['-i 1h', 3_600_000, 5000],
		['-i 10s --timeout 10s', 10_000, 10_000],
		['--timeout 50ms', 1000, 50],
	];
	for (const [argv, intervalMs, timeoutMs] of cases) {
		const config = configOf(argv);
		assert.deepEqual(
			[config.intervalMs, config.timeoutMs, first(config).timeoutMs],
			[intervalMs, timeoutMs, timeoutMs],
		);
	}
});

test('panel, locale, colour and format come from flags and environment', () => {
	const cases: ReadonlyArray<readonly [argv: string, environment: Environment, expected: Partial<Config>]> = [
		['--panel 6', utf8, {panel: 'slowlog'}],
		['--panel 0', utf8, {panel: 'events'}],
		['--panel 9', utf8, {panel: 'findings'}],
		['--panel Memory', utf8, {panel: 'memory'}],
		['--ascii', utf8, {isAscii: true}],
		['', {TERM: 'xterm'}, {isAscii: true}],
		['', {...utf8, LANG: 'C'}, {isAscii: true}],
		['', {TERM: 'xterm', LANG: 'de_DE.UTF-8', LC_CTYPE: '', LC_ALL: 'C'}, {isAscii: true}],
		['', {TERM: 'xterm', LANG: 'C', LC_CTYPE: 'en_US.utf8'}, {isAscii: false}],
		['', {OS: 'Windows_NT'}, {isAscii: false, theme: 'dark', isDumbTerminal: false}],
		['--no-color', utf8, {theme: 'mono'}],
		['', {...utf8, NO_COLOR: '1'}, {theme: 'mono'}],
		['', {...utf8, TERM: 'xterm-256color'}, {theme: 'soft'}],
		['', {...utf8, COLORTERM: 'truecolor'}, {theme: 'soft'}],
		['', {...utf8, TERM: 'xterm-256color', COLORFGBG: '0;15'}, {theme: 'light'}],
		['--theme dark', {...utf8, TERM: 'xterm-256color'}, {theme: 'dark'}],
		['', {...utf8, NO_COLOR: ''}, {theme: 'dark'}],
		['', {...utf8, TERM: 'dumb'}, {theme: undefined, isDumbTerminal: true}],
		['', {LANG: 'C.UTF-8'}, {theme: undefined, isDumbTerminal: true}],
		['', {...utf8, NO_COLOR: '1', FORCE_COLOR: '1'}, {theme: 'dark'}],
		['', {...utf8, FORCE_COLOR: '0'}, {theme: 'mono'}],
		['--no-color', {...utf8, FORCE_COLOR: '1'}, {theme: 'mono'}],
		['--theme light', utf8, {theme: 'light'}],
		['--theme light', {...utf8, NO_COLOR: '1'}, {theme: 'mono'}],
		['--a11y --mouse', utf8, {isScreenReader: true, hasMouse: true}],
		['', {...utf8, ACCESSIBLE: '1'}, {isScreenReader: true}],
		['', {...utf8, INK_SCREEN_READER: 'true'}, {isScreenReader: true}],
		['', {...utf8, ACCESSIBLE: '0'}, {isScreenReader: false}],
		['snapshot', utf8, {command: 'snapshot', format: undefined}],
		['--json', utf8, {format: 'json'}],
		['--format json --json', utf8, {format: 'json'}],
		['snapshot --format text', utf8, {command: 'snapshot', format: 'text'}],
		['--read-only', utf8, {isReadOnly: true}],
		['--allow-actions', utf8, {allowsActions: true}],
		['-n 3 -c', utf8, {label: '127.0.0.1:6379'}],
	];
	for (const [argv, environment, expected] of cases) {
		const config = configOf(argv, environment);
		assert.deepEqual({...config, ...expected}, config, argv);
	}
});

test('each mistake gives one line with its fix, and exit code 64', () => {
	const cases: ReadonlyArray<readonly [argv: string, problem: RegExp]> = [
		['-h a b', /^-h and the target both say where/],
		['-p 7000 b', /^-p doesn't go with the target: write host:port/],
		['-s /x b', /^-s and the target both/],
		['-u redis://a b c', /^-u and the targets both/],
		['-s /x -h a', /^-s takes the place of -h and -p/],
		['-s /x -p 1', /^-s takes the place of -h and -p/],
		['-u redis://a -h b', /^-u takes the place/],
		['-h a:7000', /^-h takes only a host name or an address: give a port with -p/],
		['-p 0', /^-p takes a port/],
		['-n x', /^-n x: must be a database number/],
		['redis://a/x', /must be a database number/],
		['-i 100ms', /^-i 100ms: must be from 200ms to 1h/],
		['-i 2h', /^-i 2h: must be from 200ms to 1h/],
		['-i fast', /^-i fast: is not a duration/],
		['--timeout 2s', /^--timeout 2s: is longer than the interval; add -i 2s/],
		['--timeout 1ms', /^--timeout 1ms: must be at least 50ms/],
		['--timeout x', /^--timeout x: is not a duration/],
		['--panel 10', /^--panel 10: is unknown/],
		['--json --format text', /^--json and --format text contradict/],
		['--read-only --allow-actions', /^--read-only and --allow-actions contradict/],
		['--tls --cert c', /^--cert needs its key/],
		['--tls --key c', /^--key needs its certificate/],
		['--cacert x h', /^--cacert has no effect without TLS: add --tls/],
		['--insecure h', /^--insecure has no effect without TLS/],
		['--sni x h', /^--sni has no effect without TLS/],
		['--tls -s /x', /^unix:\/x: a unix socket has no TLS/],
		['-a x --askpass', /^-a, --pass-file and --askpass all give the password/],
		['--user bob', /^the user given for 127\.0\.0\.1:6379 has no password: add --askpass/],
		['demo -p 1', /^redis-top demo starts servers of its own: leave out --port/],
		['demo --tls', /leave out --tls/],
		['demo failover', /^redis-top demo has no scenario failover: write simulated/],
		['demo fleet other', /takes one scenario and no target/],
		['demo fleet --nodes 20001', /^--nodes 20001: must be a number from 0 to 20000/],
		['demo simulated other', /takes one scenario and no target/],
		['demo incident memory-ful', /^redis-top demo incident memory-ful: is unknown; did you mean memory-full\?$/],
		['demo incident fire', /^redis-top demo incident fire: is unknown; write one of memory-full, no-ttl, /],
		['demo incident frozen host', /takes one name and no target/],
		['demo simulated --nodes 5', /^--nodes 5: must be a number from 6 to 2000/],
		['demo simulated --nodes many', /^--nodes many: must be a number/],
		['demo simulated --incident flood', /^--incident flood: is unknown; write one of node-dies, partition/],
		['demo --nodes 9', /^--nodes goes with the simulated deployment/],
	];
	for (const [argv, expected] of cases) {
		const problems = problemsOf(argv);
		const [problem] = problems;
		assert.equal(problems.length, 1, `${argv}: ${JSON.stringify(problems)}`);
		assert.match(problem?.text ?? '', expected, argv);
		assert.equal(problem?.exitCode, 64);
	}

	assert.match(
		problemsOf('', {REDIS_URL: 'http://u:Hunter2@h'})[0]?.text ?? '',
		/^REDIS_URL: target http:\/\/\*\*\*@h/,
	);
});

test('an unreadable file exits with 77, a file with wrong content with 64', () => {
	const cases: ReadonlyArray<readonly [argv: string, readings: Readings, exitCode: number, problem: RegExp]> = [
		['--pass-file f', {passFile: {why: 'no such file'}}, 77, /^--pass-file f: can't be read: no such file$/],
		['--pass-file f', {passFile: {text: ''}}, 64, /^--pass-file f: its first line is empty$/],
		['--pass-file f', {passFile: {text: '\npw'}}, 64, /its first line is empty/],
		['--tls --cacert f', {cacert: {why: 'permission denied'}}, 77, /can't be read: permission denied/],
		['--tls --cacert f', {cacert: {text: 'x'}}, 64, /holds no PEM certificate/],
		['--tls --cacertdir f', {cacertdir: {text: ''}}, 64, /^--cacertdir f: holds no PEM certificate/],
		[
			'--tls --cert f --key k',
			{cert: {text: '-----BEGIN CERTIFICATE-----\nx'}, key: {text: '-----BEGIN PRIVATE KEY-----\nx'}},
			64,
			/^--cacert, --cert and --key: OpenSSL refuses them: /,
		],
		[
			'--tls --cert f --key k',
			{cert: {text: '-----BEGIN CERTIFICATE-----\nx'}, key: {text: '-----BEGIN ENCRYPTED PRIVATE KEY-----\nx'}},
			64,
			/^--key k: holds no unencrypted PEM key/,
		],
	];
	for (const [argv, readings, exitCode, expected] of cases) {
		const [problem] = problemsOf(argv, utf8, readings);
		assert.match(problem?.text ?? '', expected);
		assert.equal(problem?.exitCode, exitCode);
	}
});

test('no password is in a problem, a warning or the label', () => {
	const secret = fc.string({maxLength: 12}).map(text => `Hunter2${text}`);
	const end = fc.constantFrom(
		'',
		'-i x',
		'--bogus',
		'--user bob -s /x -h y',
		'--tls -s /x',
		'h:x',
		'--timeout 9h',
		'-p x',
	);
	fc.assert(
		fc.property(secret, end, fc.integer({min: 0, max: 5}), (password, words, way) => {
			const uri = `redis://bob:${encodeURIComponent(password)}@h`;
			const ways: ReadonlyArray<readonly [argv: readonly string[], environment: Environment, readings: Readings]> = [
				[['-a', password], utf8, {}],
				[[`--pass=${password}`], utf8, {}],
				[['-u', uri], utf8, {}],
				[[uri, `redis://${password}@h`], utf8, {}],
				[['--pass-file', 'f'], {REDIS_URL: `redis://${password}@h:x`}, {passFile: {text: password}}],
				[['--askpass'], {REDISCLI_AUTH: password}, {askedPassword: password}],
			];
			const [argv, environment, readings] = ways[way]!;
			const given = readArguments([...argv, ...words.split(' ').filter(word => word !== '')]);
			if (given.kind !== 'given') {
				assert.doesNotMatch(JSON.stringify(given), /Hunter2/);
				return;
			}

			const resolution = resolveConfig(given, environment, readings, undefined, ruleIds);
			const printed =
				'problems' in resolution
					? resolution.problems.map(({text}) => text)
					: [
							...resolution.warnings,
							resolution.config.label,
							...resolution.config.targets.map(({endpoint}) => addressOf(endpoint)),
						];
			assert.doesNotMatch(printed.join('\n'), /Hunter2/);
			assert.ok(printed.every(line => !/[\r\n]/.test(line)));
		}),
	);
});

let folder = '';
before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'redis-top-config-'));
});
after(() => rm(folder, {recursive: true, force: true}));

test('loading reads files, asks for a password after all checks, and returns texts to print', async () => {
	const passFile = path.join(folder, 'password');
	await writeFile(passFile, 'from-file\n');
	const neverAsked = () => assert.fail('asked for a password');
	const load = (argv: readonly string[], environment = utf8) => loadFrom(argv, environment, neverAsked);

	const loaded = await load(['--pass-file', passFile]);
	assert.ok(loaded.kind === 'run');
	assert.equal(first(loaded.config).password, 'from-file');
	assert.equal(process.title, 'redis-top');

	assert.deepEqual(await load(['--version']), {kind: 'print', text: 'redis-top 0.0.0'});
	const help = await load(['-h']);
	assert.ok(help.kind === 'print' && help.text.includes('--cacertdir DIR'));
	assert.deepEqual(await load(['--bogus']), {
		kind: 'stop',
		exitCode: 64,
		lines: ['redis-top: unknown flag --bogus: redis-top --help lists the flags'],
	});
	assert.deepEqual(await load(['--pass-file', `${passFile}.no`]), {
		kind: 'stop',
		exitCode: 77,
		lines: [`redis-top: --pass-file ${passFile}.no: can't be read: no such file`],
	});
	const both = await load(['--askpass', '-i', 'x', '--tls', '--cacertdir', passFile]);
	assert.ok(both.kind === 'stop');
	assert.equal(both.exitCode, 64);
	assert.deepEqual(both.lines.length, 2);
	assert.ok(both.lines.some(line => line.endsWith("can't be read: it is no folder")));
});

test('the password typed for --askpass has precedence over REDISCLI_AUTH', async () => {
	const questions: string[] = [];
	const environment = {...utf8, REDISCLI_AUTH: 'auth'};
	const typed = await loadFrom(['--askpass', '--user', 'bob', 'h'], environment, async question => {
		questions.push(question);
		return {kind: 'typed', password: 'asked'};
	});
	assert.ok(typed.kind === 'run');
	assert.equal(first(typed.config).password, 'asked');
	assert.deepEqual(questions, ['Password for h:6379']);

	const stop = async (answer: Awaited<ReturnType<NonNullable<Parameters<typeof loadFrom>[2]>>>) => {
		const loaded = await loadFrom(['--askpass'], utf8, async () => answer);
		assert.ok(loaded.kind === 'stop');
		return [loaded.exitCode, loaded.lines.length];
	};
	assert.deepEqual(await stop({kind: 'aborted'}), [130, 0]);
	assert.deepEqual(await stop({kind: 'no-terminal'}), [64, 1]);
	assert.deepEqual(await stop({kind: 'typed', password: ''}), [64, 1]);
});
