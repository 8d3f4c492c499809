import assert from 'node:assert/strict';
import test from 'node:test';
import {mainWriter, nextWriters, type SeenWriters} from '../../source/derive/seen-writers.js';
import {clientOf} from '../harness/records.js';

type Client = readonly [name: string, command: string, idleSeconds?: number, flags?: string];

/** What is remembered after readings of CLIENT LIST with these clients. */
const seenIn = (...readings: ReadonlyArray<readonly Client[]>): SeenWriters =>
	readings.reduce<SeenWriters>(
		(seen, clients, index) =>
			nextWriters(seen, {
				atMs: index,
				value: clients.map(([name, command, idleSeconds = 0, flags = 'N'], id) =>
					clientOf({id, name, command, idleSeconds, flags}),
				),
			}),
		[],
	);

const importer: Client = ['cart-importer', 'SET'];
const web: Client = ['web-1', 'get'];
const webWrites: Client = ['web-1', 'set'];

test('a client that writes in nearly all readings is the main writer, also while another one writes now and then', () => {
	const seen = seenIn([importer, web], [importer, web], [importer, webWrites]);
	assert.equal(mainWriter(seen, 'set'), 'cart-importer');
	assert.equal(mainWriter(seen, 'hset'), undefined);
});

test('no client is the main writer while several write alike', () => {
	assert.equal(mainWriter(seenIn([importer, webWrites]), 'set'), undefined);
	assert.equal(mainWriter(seenIn([importer, webWrites], [importer, webWrites], [importer, web]), 'set'), undefined);
});

test('a client that began to write later, and writes since, leaves no main writer', () => {
	const both = [webWrites, importer];
	assert.equal(mainWriter(seenIn(...Array.from({length: 7}, () => [webWrites]), both, both, both), 'set'), undefined);
	const now = [importer, webWrites];
	const later = seenIn(...Array.from({length: 5}, () => [importer]), now, [importer, web], [importer, web], now);
	assert.equal(mainWriter(later, 'set'), 'cart-importer', 'now and then');
});

test('an idle client and a link of a replica write nothing', () => {
	assert.equal(mainWriter(seenIn([['old', 'set', 40]], [['', 'set', 0, 'S']]), 'set'), undefined);
});

test('only the last ten readings count', () => {
	const seen = seenIn([importer], ...Array.from({length: 10}, () => [webWrites]));
	assert.equal(seen.length, 10);
	assert.equal(mainWriter(seen, 'set'), 'web-1');
});

test('a client that counts is remembered as a writer', () => {
	const limiter: Client = ['api-gw', 'INCR'];
	assert.equal(mainWriter(seenIn([limiter, webWrites], [limiter, web], [limiter, web]), 'incr'), 'api-gw');
});
