import assert from 'node:assert/strict';
import test from 'node:test';
import type {LocalEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {perAofWrite} from '../../source/rules/aof.js';
import {perDisk} from '../../source/rules/fork-and-disk.js';
import type {NodeRule} from '../../source/rules/rule.js';
import {perMisconf} from '../../source/rules/write-refusal.js';
import {firingOf} from '../harness/firing-of.js';
import type {FactsParts} from '../harness/rule-cases.js';

const mega = 1024 * 1024;

/** An append-only file of a server with 20 MB of data, on a disk with so much free. */
const onDisk = (freeBytes: number, fileBytes: number, host: Partial<LocalEvidence> = {}): FactsParts => ({
	info: {
		persistence: {aof_enabled: 1, aof_last_write_status: 'err', aof_current_size: fileBytes},
		memory: {used_memory: 21 * mega, used_memory_startup: mega},
	},
	config: {dir: '/data'},
	host: {
		folder: {
			path: '/data',
			freeBytes,
			totalBytes: 100 * mega,
			freeInodes: 1000,
			isWritable: true,
			rights: '0:0 755',
			isReadOnlyMount: false,
		},
		...host,
	},
});

const stepsOf = (rule: NodeRule, parts: FactsParts): readonly string[] =>
	firingOf(rule, parts).next.map(({text}) => messageText(text));

const leftovers = [{path: '/data/temp-rewriteaof-bg-999.aof', sizeBytes: 6 * mega}];

test('the steps for a full disk begin with what may be removed, and end with the loss of the file', () => {
	for (const rule of [perDisk, perAofWrite, perMisconf]) {
		const steps = stepsOf(rule, onDisk(0, 80 * mega, {leftovers}));
		const order = [
			/^remove unfinished files \(6\.00M\): earlier processes left them, and nobody writes to them$/,
			/^rm \/data\/temp-rewriteaof-bg-999\.aof$/,
			/^free or add disk space/,
			/^df -h \/data; du -xah \/data/,
			/^remove old logs, backups and dumps; never a file that the manifest/,
			/^a rewrite brings the file from 80\.0M to at most 20\.0M, and needs that room first: 0B are free$/,
			/BGREWRITEAOF$/,
			/CONFIG SET appendonly no$/,
			/^the last resort: a crash then loses/,
		];
		for (const [index, words] of order.entries()) {
			assert.match(steps[index] ?? '', words, `${rule.id}: ${steps.join(' | ')}`);
		}
	}
});

test('a file of hardly more than the data is not rewritten, and nothing is removed where nothing was left', () => {
	const steps = stepsOf(perAofWrite, onDisk(0, 25 * mega)).join('\n');
	assert.doesNotMatch(steps, /BGREWRITEAOF|unfinished/);
});

test('a disk with room that does not take the file is looked at first', () => {
	const steps = stepsOf(perAofWrite, onDisk(50 * mega, 80 * mega)).join('\n');
	assert.doesNotMatch(steps, /appendonly no/);
	assert.match(steps, /^df -h \/data; df -i \/data$/m);
});
