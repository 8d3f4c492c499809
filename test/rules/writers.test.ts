import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {topWriter} from '../../source/rules/writers.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf} from '../harness/rule-cases.js';

type Client = Omit<Parameters<typeof clientOf>[0], 'id'>;

const rate = (command: string, callsPerSecond: number, failuresPerSecond = 0) => ({
	command,
	calls: 9,
	callsPerSecond,
	failuresPerSecond,
	meanMicroseconds: 1,
	timeShare: 0,
});

const written = (rates: ReadonlyArray<ReturnType<typeof rate>>, ...clients: readonly Client[]): FactsParts => ({
	record: {commands: rates, clients: {atMs: 0, value: clients.map((client, id) => clientOf({...client, id}))}},
});

const sends = (inBytes: number) => ({perSecond: {inBytes, outBytes: 0, commands: 1}});
const import1: Client = {name: 'import', command: 'set', ...sends(9000)};
const shop: Client = {name: 'shop', command: 'set', ...sends(50)};

const cases: Array<readonly [string, FactsParts, string | undefined]> = [
	['nobody writes', written([rate('get', 900)], {name: 'shop'}), undefined],
	['one name', written([rate('get', 900), rate('xadd', 90)], {name: 'ingest', command: 'xadd'}), 'XADD from ingest'],
	[
		'writes that are refused',
		written([rate('set', 1), rate('xadd', 0, 90)], {name: 'a', command: 'xadd'}),
		'XADD from a',
	],
	['two names', written([rate('set', 90)], {name: 'shop', command: 'set'}, {name: 'cart', command: 'set'}), 'SET'],
	['sent once, idle since', written([rate('set', 90)], {command: 'set', idleSeconds: 9}, {name: 'shop'}), 'SET'],
	['sent now and then', written([rate('set', 0.2)], {name: 'cron', command: 'set', idleSeconds: 9}), 'SET from cron'],
	['two names, one sends most bytes', written([rate('set', 90)], shop, shop, import1), 'SET from import'],
	['most bytes are of another command', written([rate('xadd', 90)], shop, {...import1, command: 'get'}), 'XADD'],
];

const limiter: Client = {name: 'api-gw', command: 'incr'};
const counts = (calls: number, perSecond: number, failuresPerSecond = 0) => ({
	...rate('incr', perSecond, failuresPerSecond),
	calls,
});

/** A limiter that counts, and a client that writes eight keys a second, with the keys before and now. */
const limited = (incr: ReturnType<typeof counts>, before: number, now: number): FactsParts => ({
	...written([rate('set', 8), incr], limiter, {name: 'web-1', command: 'set'}),
	earlier: {keyspace: {db0: `keys=${before},expires=9,avg_ttl=0`}},
	info: {keyspace: {db0: `keys=${now},expires=9,avg_ttl=0`}},
});

cases.push(
	['a limiter has a new key for each call', limited(counts(90_000, 3000), 85_000, 87_900), 'INCR from api-gw'],
	['a limiter counts on in the same keys', limited(counts(90_000, 3000), 85_000, 85_008), 'SET from web-1'],
	[
		'a limiter is refused, and most keys are of it',
		limited(counts(90_000, 0, 3000), 87_000, 87_000),
		'INCR from api-gw',
	],
	['a limiter is refused, most keys are older', limited(counts(900, 0, 3000), 87_000, 87_000), 'SET from web-1'],
	['a limiter is refused, a few keys are of each', limited(counts(90_000, 0, 3000), 17, 17), 'SET from web-1'],
	['nothing tells whether a limiter adds keys', {...written([rate('set', 8), counts(90_000, 3000)], limiter)}, 'SET'],
);

test('a client is not named for the writes while another one that is connected wrote a moment ago', () => {
	const parts = written([rate('set', 90)], {name: 'web', command: 'set'}, {name: 'catalog-api', command: 'get'});
	const seenWith = (...names: readonly string[]) => ({
		...parts,
		watch: {writers: [['web'], names].map(each => new Map([['set', new Set(each)]]))},
	});
	const text = (each: FactsParts) => messageText(topWriter(factsOf(each))?.text ?? '');
	assert.equal(text(seenWith('web')), 'most writes are SET from web');
	assert.equal(text(seenWith('catalog-api')), 'most writes are SET');
	assert.equal(text(seenWith('one that left', 'web')), 'most writes are SET from web');
});

test('among several writers, the one that came is named where memory grew since, and not before', () => {
	const text = (usedMemory: readonly number[], ageSeconds = 8) => {
		const {record} = written(
			[rate('set', 0, 200)],
			{name: 'web', command: 'set', ageSeconds: 900},
			{name: 'catalog-api', command: 'set', ageSeconds},
		);
		const info = {memory: {maxmemory: 120}};
		return messageText(
			topWriter(factsOf({info, record: {...record, intervalMs: 1000, series: {usedMemory}}}))?.text ?? '',
		);
	};
	const quiet = Array.from({length: 20}, () => 60);
	const filled = [70, 80, 90, 100, 110, 120, 120];
	assert.equal(text([...quiet, ...filled]), 'most writes are SET from catalog-api');
	assert.equal(text([...quiet, ...filled, ...filled.map(() => 120)], 16), 'most writes are SET from catalog-api');
	assert.equal(text([...quiet, ...quiet]), 'most writes are SET', 'nothing grew');
	assert.equal(
		text([10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 100, 105, 110, 120]),
		'most writes are SET',
		'it grew before',
	);
	assert.equal(text([60, ...filled]), 'most writes are SET', 'not seen before');
	assert.equal(text([...quiet, ...filled], 900), 'most writes are SET', 'both are old');
});

test('the counters of a limiter should have a TTL, unless most keys have one', () => {
	const stepsOf = (expiring: number) => {
		const parts = limited(counts(90_000, 3000), 85_000, 87_900);
		const info = {keyspace: {db0: `keys=87900,expires=${expiring},avg_ttl=0`}};
		return topWriter(factsOf({...parts, info}))?.next.map(({text}) => messageText(text));
	};

	assert.deepEqual(stepsOf(500), ['let the client give each counter a TTL: EXPIRE after the first INCR of a key']);
	assert.deepEqual(stepsOf(80_000), []);
	assert.deepEqual(topWriter(factsOf(written([rate('set', 90)])))?.next, []);
});

test('what only grows has steps of its own: streams that nobody has trimmed, and values that are lengthened', () => {
	const stepsOf = (...rates: ReadonlyArray<ReturnType<typeof rate>>) =>
		topWriter(factsOf(written(rates)))?.next.map(({text}) => messageText(text)) ?? [];

	assert.match(stepsOf(rate('xadd', 0, 60))[0] ?? '', /^let the producer limit it: XADD KEY MAXLEN/);
	assert.match(stepsOf(rate('xadd', 60))[1] ?? '', /XTRIM KEY MAXLEN ~ N LIMIT 1000$/);
	assert.deepEqual(stepsOf(rate('xadd', 60), rate('xtrim', 0)), []);
	assert.match(stepsOf(rate('append', 80))[0] ?? '', /^redis-cli .* --bigkeys -i 0\.01$/);
	assert.match(stepsOf(rate('setrange', 80))[1] ?? '', /^begin a new key each day or hour, with a TTL$/);
});

for (const [name, parts, expected] of cases) {
	test(`top writer: ${name}`, () => {
		const writer = topWriter(factsOf(parts));
		assert.equal(writer && messageText(writer.text), expected && `most writes are ${expected}`);
	});
}
