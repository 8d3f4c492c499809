import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import type {WrittenFrame} from '../../source/record/block-writer.js';
import {headerLine} from '../../source/record/recording-header.js';
import {RecordingWriter} from '../../source/record/recording-writer.js';
import {testHeader} from '../harness/recorded-cluster.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-writer-'));
const frame = (text: string, beginsBlock = false, reference?: Buffer): WrittenFrame => ({
	bytes: Buffer.from(text),
	beginsBlock,
	reference,
	lastMs: 0,
});

test('frames are written in their order from the first whole state on, each reference once', async () => {
	const file = path.join(folder, 'order.rtr');
	const writer = await RecordingWriter.create(file, testHeader());
	const reference = Buffer.from('[reference]');
	writer.write(frame('[part without a state]'));
	writer.write(frame('[state]', true, reference));
	writer.write(frame('[part]'));
	await writer.settled();
	writer.write(frame('[state 2]', true, reference));
	await writer.close();
	const header = headerLine(testHeader()).toString();
	assert.equal(readFileSync(file, 'utf8'), `${header}[reference][state][part][state 2]`);
	assert.equal(writer.bytes, readFileSync(file).length);
});

test('a file that exists is never written', async () => {
	const file = path.join(folder, 'kept.rtr');
	writeFileSync(file, 'what was there');
	const made = RecordingWriter.create(file, testHeader());
	await assert.rejects(made, /kept\.rtr: it exists already, and no recording is overwritten$/);
	assert.equal(readFileSync(file, 'utf8'), 'what was there');
});
