import assert from 'node:assert/strict';
import test from 'node:test';
import {aclUserLine} from '../../source/actions/acl-user.js';
import {catalogue} from '../../source/actions/catalogue/catalogue.js';
import {prepareAction} from '../../source/actions/execute/prepare-action.js';
import {exampleOf, readDenials} from '../../source/actions/execute/read-denials.js';
import {nodeRole} from '../../source/derive/replication-peers.js';
import {addressOf} from '../../source/domain/node.js';
import {parseInfo} from '../../source/parse/info.js';
import {isKnownTo, isReadCommand, readCommands, type Version} from '../../source/wire/read-commands.js';
import {callsOf, commandsOf, onlyReads, warnings} from '../harness/server-words.js';
import {benchFor, serverFor, settingsFor, testedServers, twoServers} from './workbench.js';

test('no action is a read, and every action has a word of warning from the server or a reason', async t => {
	for (const row of catalogue) {
		assert.ok(!isReadCommand(exampleOf(row)), row.id);
	}

	// The servers let everybody end a script or wake a client, whatever that does to its caller.
	const unmarked = new Set(['script|kill', 'function|kill', 'client|unblock', 'client|unpause', 'memory|purge']);
	const server = await serverFor(t);
	const commands = await commandsOf(server);
	const release = parseInfo(String(await server.command('INFO', 'server'))).text('server', 'redis_version') ?? '';
	const [major = 0, minor = 0] = release.split('.').map(Number);
	const here = catalogue.filter(
		row => row.server !== 'sentinel' && isKnownTo(row.since ?? {}, 'redis', [major, minor]),
	);
	assert.ok(here.length > 20, String(here.length));
	for (const row of here) {
		const [name = '', subcommand = ''] = exampleOf(row).map(word => word.toLowerCase());
		const command = commands.get(`${name}|${subcommand}`) ?? commands.get(name);
		assert.ok(command !== undefined, row.id);
		assert.ok(warnings(command).length > 0 || unmarked.has(command.name), `${command.name}: ${[...command.words]}`);
	}
});

for (const name of testedServers()) {
	test(`every read is a command of the server, which doesn’t flag it as a write: ${name}`, async t => {
		const [product, number = ''] = name.split('-');
		const version = number.split('.').map(Number);
		const seen = new Set<string>();
		for (const sentinel of [undefined, ['sentinel monitor main 127.0.0.1 1 1']]) {
			const server = await serverFor(t, {server: name, ...(sentinel && {sentinel})});
			const commands = await commandsOf(server);
			for (const read of readCommands) {
				const command = commands.get(read.name);
				const isForSentinels = read.name.startsWith('sentinel|');
				if (command === undefined) {
					// A Sentinel has few commands, and a server with data none of a Sentinel's.
					const isMissing = sentinel === undefined && !isForSentinels && name !== 'path';
					const isKnown = isKnownTo(read, product === 'valkey' ? 'valkey' : 'redis', version as unknown as Version);
					assert.ok(!(isMissing && isKnown), `${read.name} is unknown to ${name}`);
					continue;
				}

				const words = warnings(command);
				assert.ok(!words.includes('write') && !words.includes('@write'), read.name);
				assert.ok(words.length === 0 || onlyReads.has(read.name), `${read.name}: ${words.join(' ')}`);
				seen.add(words.length > 0 ? read.name : '');
				// COMMAND INFO says the same, asked for this one.
				const [described] = (await server.command('COMMAND', 'INFO', read.name)) as unknown as [
					readonly [string, number, readonly string[]],
				];
				assert.equal(described[0], read.name);
				assert.ok(!described[2].includes('write'), read.name);
			}
		}

		const later = new Set(['commandlog|get', 'commandlog|len', 'cluster|getslotmigrations']);
		assert.deepEqual(
			[...onlyReads.keys()].filter(read => !seen.has(read) && !later.has(read)),
			[],
			'reasons that nobody needs',
		);
	});
}

for (const name of twoServers()) {
	test(`who may only watch gets no box that sends, whatever the action: ${name}`, async t => {
		const server = await serverFor(t, {server: name});
		const [product, number = ''] = name.split('-');
		const line = aclUserLine(
			{
				product: product === 'valkey' ? 'valkey' : 'redis',
				version: number.split('.').map(Number) as unknown as Version,
				isSentinel: false,
			},
			false,
		);
		assert.equal(await server.command(...line.replace('PASSWORD', 'word').split(' ')), 'OK');
		const settings = {...settingsFor(server.port), username: 'redistop-mon', password: 'word'};
		const info = parseInfo(String(await server.command('INFO')));
		const bench = benchFor(t);
		const denials = await readDenials(settings, bench.gate);
		for (const row of catalogue) {
			assert.match(denials.get(row.id) ?? '', /^not allowed: /, row.id);
			const typed = row.parameter?.read(row.parameter.example);
			const preparation = await prepareAction(
				{
					row,
					settings,
					target: {
						address: addressOf(settings.endpoint),
						runId: info.text('server', 'run_id') ?? '',
						role: nodeRole(info),
					},
					typed: typeof typed === 'object' ? typed : undefined,
				},
				bench.gate,
			);
			assert.equal(preparation.kind, 'prepared', row.id);
			preparation.prepared.port.close();
			const final = preparation.prepared.plan.checks.filter(
				({state, lossPhrase}) => state === 'veto' && lossPhrase === undefined,
			);
			assert.ok(
				final.some(({text}) => text.startsWith('this user may not: ')),
				row.id,
			);
		}

		assert.deepEqual(bench.sent, []);
		const calls = await callsOf(server);
		for (const row of catalogue) {
			const [command = '', subcommand = ''] = exampleOf(row).map(word => word.toLowerCase());
			assert.equal(calls.get(`${command}|${subcommand}`) ?? calls.get(command), undefined, row.id);
		}
	});
}
