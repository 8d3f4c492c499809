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

const cases: ReadonlyArray<readonly [string, FactsParts, string | undefined]> = [
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

for (const [name, parts, expected] of cases) {
	test(`top writer: ${name}`, () => {
		const writer = topWriter(factsOf(parts));
		assert.equal(writer && messageText(writer.text), expected && `most writes are ${expected}`);
	});
}
