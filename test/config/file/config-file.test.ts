import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {chmod, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {after, before, test} from 'node:test';
import {Ajv2020} from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type {Config} from '../../../source/config/config.js';
import {fileKeyNames} from '../../../source/config/file/file-keys.js';
import {readSettings} from '../../../source/config/file/read-file.js';
import {configSchema} from '../../../source/config/schema.js';
import {addressOf} from '../../../source/domain/node.js';
import {limitsOf} from '../../../source/domain/threshold.js';
import {passwordFrom} from '../../../source/host/password-command.js';
import {parseToml, type TomlValue} from '../../../source/parse/toml.js';
import {allThresholds, retiredThresholds} from '../../../source/rules/all-thresholds.js';
import {memMax} from '../../../source/rules/memory-limit.js';
import {loadFrom} from '../../harness/load-config.js';

const problemsOf = (text: string): readonly string[] => readSettings({file: 'c.toml', text, home: '/home/me'}).problems;

const whole = `
interval = "2s"
timeout = 2
panel = "memory"
ascii = true
theme = "light"
[thresholds]
mem.max.warning = "70%"
"mem.max.critical" = 0.9
[keys]
pause = "P"
baseline = ["B", "ctrl+b"]
[profiles.prod]
targets = ["10.0.0.1", "10.0.0.2:7000"]
user = "mon"
password-command = ["printf", "first\\\\nsecond\\\\n"]
environment = "production"
role = "cache"
interval = "500ms"
timeout = "500ms"
read-only = true
thresholds = {mem.max.warning = 0.75}
[profiles.local]
target = "unix:///run/redis.sock"
allow-actions = true
[profiles.secure]
target = "rediss://10.0.0.3"
password-file = "~/secret"
sni = "redis.test"
`;

let home: string;
before(async () => {
	home = await mkdtemp(path.join(tmpdir(), 'redis-top-config-'));
	await mkdir(path.join(home, '.config', 'redis-top'), {recursive: true});
	await writeFile(path.join(home, '.config', 'redis-top', 'config.toml'), whole);
	await writeFile(path.join(home, 'secret'), 'from-file\n');
});
after(() => rm(home, {recursive: true, force: true}));

const load = (argv: string, environment: Readonly<Record<string, string>> = {}) =>
	loadFrom(
		argv.split(' ').filter(word => word !== ''),
		{LANG: 'C.UTF-8', TERM: 'xterm', HOME: home, ...environment},
	);

async function configOf(argv: string, environment?: Readonly<Record<string, string>>) {
	const loaded = await load(argv, environment);
	assert.ok(loaded.kind === 'run', JSON.stringify(loaded));
	return loaded.config;
}

async function linesOf(argv: string) {
	const loaded = await load(argv);
	assert.ok(loaded.kind === 'stop', JSON.stringify(loaded));
	return {exitCode: loaded.exitCode, lines: loaded.lines};
}

test('a profile has a target, user, password, thresholds and permissions for actions', async () => {
	const config = await configOf('prod');
	assert.deepEqual(
		config.targets.map(({endpoint, username, password, tls}) => [addressOf(endpoint), username, password, tls]),
		[
			['10.0.0.1:6379', 'mon', 'first', undefined],
			['10.0.0.2:7000', 'mon', 'first', undefined],
		],
	);
	const {intervalMs, timeoutMs, panel, isReadOnly, allowsActions, isProduction, isAscii} = config;
	assert.deepEqual(
		{intervalMs, timeoutMs, panel, isReadOnly, allowsActions, isProduction, isAscii},
		{
			intervalMs: 500,
			timeoutMs: 500,
			panel: 'memory',
			isReadOnly: true,
			allowsActions: false,
			isProduction: true,
			isAscii: true,
		},
	);
	const [rules] = rulesOf(config);
	assert.deepEqual(limitsOf(memMax, rules?.thresholds), {warning: 0.75, critical: 0.9});
	assert.equal(rules?.isCache, true);
});

test('without a profile the top level of the file counts, and flags have precedence over it', async () => {
	const plain = await configOf('a');
	assert.deepEqual([plain.intervalMs, plain.panel, plain.isProduction], [2000, 'memory', false]);
	assert.equal(limitsOf(memMax, rulesOf(plain)[0]?.thresholds).warning, 0.7);
	const flagged = await configOf('prod -i 3s --timeout 1s --panel 4 --user other -a typed');
	assert.deepEqual([flagged.intervalMs, flagged.timeoutMs, flagged.panel], [3000, 1000, 'clients']);
	assert.deepEqual([flagged.targets[0]?.username, flagged.targets[0]?.password], ['other', 'typed']);
	// One flag decides on both keys about actions.
	assert.deepEqual(
		[(await configOf('prod --allow-actions')).isReadOnly, (await configOf('local')).allowsActions],
		[false, true],
	);
});

/** The settings that the rules have for each target, in the order of the targets. */
const rulesOf = ({targets, rules}: Config) => targets.map(target => rules.of(target));

test('a threshold of an earlier version is accepted and changes nothing', () => {
	for (const name of retiredThresholds) {
		assert.ok(!allThresholds.has(name), name);
		assert.deepEqual(problemsOf(`[thresholds]\n${name} = "5m"`), []);
		assert.deepEqual(problemsOf(`[profiles.x]\ntarget = "a"\nthresholds = {${name} = 1}`), []);
	}
});

test('each target has the thresholds and the role of its own profile, beside any other profile', async () => {
	const cases: ReadonlyArray<readonly [argv: string, expected: ReadonlyArray<readonly [number, number, boolean]>]> = [
		['10.9.9.9', [[0.7, 0.9, false]]],
		['local', [[0.7, 0.9, false]]],
		['prod', Array.from({length: 2}, () => [0.75, 0.9, true] as const)],
		[
			'local prod 10.9.9.9',
			[
				[0.7, 0.9, false],
				[0.7, 0.9, false],
				[0.75, 0.9, true],
				[0.75, 0.9, true],
			],
		],
		// A target that is named on the command line too has no profile's settings.
		[
			'prod 10.0.0.1',
			[
				[0.7, 0.9, false],
				[0.75, 0.9, true],
			],
		],
	];
	for (const [argv, expected] of cases) {
		const found = rulesOf(await configOf(argv)).map(({thresholds, isCache}) => {
			const {warning, critical} = limitsOf(memMax, thresholds);
			return [warning, critical, isCache];
		});
		assert.deepEqual(found, expected, argv);
	}
});

test('the rules know whether their own target has TLS and a password', async () => {
	const config = await configOf('local secure --strict');
	assert.deepEqual(
		rulesOf(config).map(({isTls, hasPassword, isStrict}) => ({isTls, hasPassword, isStrict})),
		[
			{isTls: false, hasPassword: false, isStrict: true},
			{isTls: true, hasPassword: true, isStrict: true},
		],
	);
});

test('with several profiles each target has its own settings, and the strictest lock counts', async () => {
	const config = await configOf('local prod secure 10.9.9.9', {REDISCLI_AUTH: 'env'});
	assert.deepEqual(
		config.targets.map(({endpoint, password, tls}) => [addressOf(endpoint), password, tls?.serverName]),
		[
			['10.9.9.9:6379', 'env', undefined],
			['unix:/run/redis.sock', 'env', undefined],
			['10.0.0.1:6379', 'first', undefined],
			['10.0.0.2:7000', 'first', undefined],
			['10.0.0.3:6379', 'from-file', 'redis.test'],
		],
	);
	assert.deepEqual([config.isReadOnly, config.allowsActions], [true, false]);
	const mixed = await configOf('local 10.9.9.9');
	assert.equal(mixed.allowsActions, false);
});

test('every mistake is named with file, line and key', () => {
	const cases: ReadonlyArray<readonly [text: string, problem: RegExp]> = [
		['interval = ', /^c\.toml:1: is no TOML: /],
		['# speed\ninterval = 2s # slow', /^c\.toml:2: a text needs quotes: interval = "2s"$/],
		['a = 1\na = 2', /^c\.toml:2: is no TOML: .*multiple/],
		['\ninterval = "1 day"', /^c\.toml:2: interval: is not a duration; write "500ms"/],
		['intervall = 1', /^c\.toml:1: intervall: unknown key; known here: target, .*profiles$/],
		['user = "x"', /^c\.toml:1: user: goes into a profile: \[profiles\.NAME\]$/],
		['ascii = "yes"', /^c\.toml:1: ascii: must be true or false$/],
		['theme = "blue"', /^c\.toml:1: theme: must be one of soft, dark, light, high-contrast, color-blind, mono$/],
		['panel = "disk"', /^c\.toml:1: panel: is unknown; write one of .*overview/],
		['panel = 11', /panel: is unknown/],
		['profiles.x = 1', /^c\.toml:1: profiles\.x: unknown key/],
		['[profiles.x]', /^c\.toml:1: profiles\.x: needs a target$/],
		['[profiles.x]\ntarget = "a:b:c"', /^c\.toml:1: profiles\.x: target: /],
		['[profiles.x]\ntarget = 7000', /^c\.toml:2: profiles\.x\.target: must be a text in quotes$/],
		['[profiles.x]\ntargets = "a"', /profiles\.x\.targets: must be a list of targets/],
		['[profiles.x]\ntarget = "a"\ntargets = ["b"]', /profiles\.x: has target and targets: keep one$/],
		['[profiles.check]\ntarget = "a"', /profiles\.check: is the name of a command/],
		['[profiles.x]\ntarget = "a"\ncacert = "f"', /profiles\.x: cacert has no effect without TLS/],
		['[profiles.x]\ntarget = "a"\ntls = true\ncert = "f"', /profiles\.x: cert and key go together$/],
		[
			'[profiles.x]\ntarget = "a"\npassword-command = "pass show"',
			/c\.toml:3: profiles\.x\.password-command: must be a list/,
		],
		[
			'[profiles.x]\ntarget = "a"\nenvironment = "prod"',
			/c\.toml:3: .*environment: must be one of production, staging/,
		],
		['[profiles.x]\ntarget = "a"\nread-only = true\nallow-actions = true', /contradict each other/],
		[
			'[thresholds]\nmem.max.warn = 1',
			/^c\.toml:2: thresholds\.mem\.max\.warn: is no threshold; there is mem\.max\.warning/,
		],
		['[thresholds]\nnothing.like.it = 1', /is no threshold; redis-top --print-config lists them$/],
		['[thresholds]\nmem.max.warning = "64mb"', /thresholds\.mem\.max\.warning: must be "85%" or 0\.85$/],
		['[thresholds]\nmem.max.warning = -1', /must be "85%"/],
		['keys = "x"', /^c\.toml:1: keys: unknown key/],
		['[keys]\npauze = "x"', /^c\.toml:2: keys\.pauze: no key does that; there is .*pause/],
		['[keys]\npause = ["p", "hyper"]', /^c\.toml:2: keys\.pause: "hyper" is no key/],
		['[keys]\nquit = []', /^c\.toml:2: keys\.quit: quitting must keep a key/],
		['[profiles.x]\ntarget = "a"\nkeys = {pause = "x"}', /^c\.toml:3: profiles\.x\.keys\.pause: unknown key/],
	];
	for (const [text, problem] of cases) {
		const problems = problemsOf(text);
		assert.equal(problems.length, 1, `${text}\n${problems.join('\n')}`);
		assert.match(problems[0] ?? '', problem, text);
	}

	assert.equal(problemsOf('interval = 1 2\n').length, 1);
	assert.equal(problemsOf('ascii = 1\npanel = true\nx = 2').length, 3, 'all of them in one run');
});

test('any file gives settings or problems, never an exception', () => {
	const line = fc.oneof(
		fc.string({unit: 'binary'}),
		fc.constantFrom(
			'[profiles.a]',
			'[thresholds]',
			'[[profiles]]',
			'target = "a"',
			'mem.max.warning = 1',
			'x = {a = {b = 1}}',
		),
		fc
			.tuple(fc.constantFrom(...fileKeyNames), fc.jsonValue())
			.map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
	);
	fc.assert(
		fc.property(fc.array(line), lines => {
			const {settings, problems} = readSettings({file: 'c.toml', text: lines.join('\n'), home: '/'});
			assert.ok(Array.isArray(problems) && settings.profiles instanceof Map);
		}),
	);
});

test('the file of --config must exist and be readable; a mistake in it ends the program', async () => {
	const missing = await linesOf('a --config /nonexistent/c.toml');
	assert.deepEqual(missing, {
		exitCode: 77,
		lines: ["redis-top: /nonexistent/c.toml: can't be read: no such file"],
	});
	const bad = path.join(home, 'bad.toml');
	await writeFile(bad, 'interval = "soon"\nsecret = "\\u001b[31m"');
	const wrong = await linesOf(`a --config ${bad}`);
	assert.equal(wrong.exitCode, 64);
	assert.match(wrong.lines[0] ?? '', /^redis-top: .*bad\.toml:1: interval: is not a duration/);
	const late = path.join(home, 'late.toml');
	await writeFile(late, 'interval = "1s"\ntimeout = "5s"');
	assert.match(
		(await linesOf(`a --config ${late}`)).lines[0] ?? '',
		/late\.toml:2: timeout 5s: is longer than the interval/,
	);
	const unreadable = path.join(home, 'certificates.toml');
	await writeFile(unreadable, '[profiles.x]\ntarget = "a"\ntls = true\ncacert = "no.pem"');
	const noPem = await linesOf(`x --config ${unreadable}`);
	assert.equal(noPem.exitCode, 77);
	assert.match(
		noPem.lines[0] ?? '',
		/certificates\.toml:4: profiles\.x\.cacert: .*\/no\.pem: can't be read: no such file$/,
	);
	const failing = path.join(home, 'failing.toml');
	await writeFile(failing, '[profiles.x]\ntarget = "a"\npassword-command = ["false"]');
	const refused = await linesOf(`x --config ${failing}`);
	assert.equal(refused.exitCode, 77);
	assert.match(refused.lines[0] ?? '', /failing\.toml:3: profiles\.x\.password-command: false ended with exit code 1$/);
	if (process.getuid?.() !== 0) {
		await chmod(bad, 0);
		assert.equal((await linesOf(`a --config ${bad}`)).exitCode, 77);
	}
});

test('keys of both files are merged, and no key may have two bindings', async () => {
	assert.deepEqual(
		[...(await configOf('a')).keys],
		[
			['pause', ['P']],
			['baseline', ['B', 'ctrl+b']],
		],
	);
	const twice = path.join(home, 'twice.toml');
	await writeFile(twice, '[keys]\npause = "P"\nhelp = "x"\ndismiss-node = "P"');
	assert.deepEqual(await linesOf(`a --config ${twice}`), {
		exitCode: 64,
		lines: [`redis-top: ${twice}:4: keys.dismiss-node: P is the key of pause already: give pause another key, or []`],
	});
	const older = path.join(home, 'older.toml');
	await writeFile(older, '[keys]\npause = "p"\ndump = "X"\nbaseline = "E"\nrecord = "c"');
	assert.deepEqual((await configOf(`a --config ${older}`)).keys.get('pause'), ['p'], 'p became a default key later');
});

test('a password command gives the password by its first line in time, and nothing else of its output is printed', async () => {
	assert.deepEqual(await passwordFrom(['printf', 'one\r\ntwo']), {password: 'one'});
	assert.deepEqual(await passwordFrom(['printf', '$HOME']), {password: '$HOME'}, 'no shell');
	assert.deepEqual(await passwordFrom(['true']), {why: 'true printed no password'});
	assert.deepEqual(await passwordFrom(['sh', '-c', 'echo secret; exit 3']), {why: 'sh ended with exit code 3'});
	assert.deepEqual(await passwordFrom(['/nonexistent/pass']), {why: 'there is no program /nonexistent/pass'});
	assert.deepEqual(await passwordFrom(['sleep', '60'], 50), {why: 'sleep did not end within 0.05 s'});
});

test('--print-config prints where each value comes from, runs no command and prints no secret', async () => {
	const loaded = await load('prod secure --panel 3 --print-config', {REDISCLI_AUTH: 'hunter2'});
	assert.ok(loaded.kind === 'print', JSON.stringify(loaded));
	assert.match(loaded.text, /^interval = "500ms" +# .*config\.toml:19: profiles\.prod\.interval$/m);
	assert.match(loaded.text, /^theme = "light" +# .*config\.toml:6: theme$/m);
	assert.match(loaded.text, /^panel = "replication" +# --panel$/m);
	assert.match(loaded.text, /^allow-actions = false +# default$/m);
	assert.match(
		loaded.text,
		/^\[profiles\."prod"\.thresholds\]\nmem\.max\.warning = 0\.75 +# .*:22: profiles\.prod\.thresholds\.mem\.max\.warning$/m,
	);
	assert.match(loaded.text, /^role = "cache" +# .*config\.toml:18: profiles\.prod\.role$/m);
	assert.match(
		loaded.text,
		/^\[thresholds\]$[^[]*^mem\.max\.warning = 0\.7 +# .*config\.toml:8: thresholds\.mem\.max\.warning$/m,
	);
	assert.match(loaded.text, /^password-command = \["printf", …\] +# .*profiles\.prod\.password-command$/m);
	assert.match(loaded.text, /^\[keys\]\npause = \["P"\] +# .*config\.toml:11: keys\.pause$/m);
	assert.doesNotMatch(loaded.text, /hunter2|first|from-file/);
});

/** The values of a config file as an editor's TOML plugin passes them to a schema. */
function asObject(text: string): Record<string, unknown> {
	const reading = parseToml(text);
	assert.ok('entries' in reading);
	const root: Record<string, unknown> = {};
	const put = (names: readonly string[], value: TomlValue | Record<string, never>) => {
		let table = root;
		for (const name of names.slice(0, -1)) {
			table[name] ??= {};
			table = table[name] as Record<string, unknown>;
		}

		table[names.at(-1) ?? ''] ??= value;
	};
	reading.entries.forEach(({path: names, value}) => {
		put(names, value);
	});
	reading.tables.forEach(({path: names}) => {
		put(names, {});
	});
	return root;
}

test('the schema in the package is made from the keys, and agrees with the reader', () => {
	const schema = JSON.parse(readFileSync('schema/config.json', 'utf8')) as object;
	assert.deepEqual(schema, JSON.parse(JSON.stringify(configSchema())), 'npm run generate writes it again');
	const validate = new Ajv2020({allowUnionTypes: true}).compile(schema);
	assert.ok(validate(asObject(whole)), JSON.stringify(validate.errors));
	for (const text of [
		'interval = "1 day"',
		'intervall = 1',
		'user = "x"',
		'ascii = "yes"',
		'panel = "disk"',
		'[profiles.x]',
		'[profiles.x]\ntarget = 7000',
		'[profiles.x]\ntarget = "a"\nenvironment = "prod"',
		'[thresholds]\nmem.max.warning = -1',
		'[keys]\npauze = "x"',
		'[keys]\nquit = []',
		'[keys]\npanel = "x"',
	]) {
		assert.equal(problemsOf(text).length, 1, text);
		assert.equal(validate(asObject(text)), false, text);
	}
});
