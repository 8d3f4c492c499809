import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import type {WrittenFrame} from '../../source/record/block-writer.js';
import {RecordingProblem} from '../../source/record/recording-header.js';
import {type Keep, RollingFolder} from '../../source/record/rolling-folder.js';
import {testHeader} from '../harness/recorded-cluster.js';

const newFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'redis-top-rolling-'));
const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);
const hourMs = 3_600_000;
const frameAt = (lastMs: number, bytes = 100, beginsBlock = true): WrittenFrame => ({
	bytes: Buffer.alloc(bytes, 1),
	beginsBlock,
	lastMs,
});

function opened(folder: string, keep: Keep) {
	const complaints: string[] = [];
	const rolling = new RollingFolder({
		folder,
		keep,
		header: beganMs => testHeader({began: new Date(beganMs).toISOString()}),
		complain: text => complaints.push(text.replace(folder, 'DIR')),
	});
	return {rolling, complaints};
}

const names = (folder: string): string[] => readdirSync(folder).sort();

test('a file is written an hour, with mode 0600, and the oldest are removed by their age', async () => {
	const folder = newFolder();
	const {rolling} = opened(folder, {kind: 'time', ms: 2 * hourMs});
	await rolling.prepare(startMs);
	for (let hour = 0; hour < 6; hour++) {
		const nowMs = startMs + hour * hourMs;
		rolling.write(frameAt(nowMs));
		rolling.write(frameAt(nowMs + 30_000, 100, false));
		await rolling.settled();
		// The files of this test were all written a moment ago.
		for (const name of names(folder)) {
			const [, day = '', time = ''] = /^(\d{8})T(\d{2})/.exec(name) ?? [];
			const beganMs = Date.UTC(2026, 10, Number(day.slice(6)), Number(time));
			utimesSync(path.join(folder, name), new Date(), new Date(beganMs + 59 * 60_000));
		}
	}

	await rolling.close();
	assert.deepEqual(names(folder), ['20261123T170000Z.rtr', '20261123T180000Z.rtr', '20261123T190000Z.rtr']);
	for (const name of names(folder)) {
		assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600);
	}
});

test('a recording by size stays below it, and removes only files that were made here', async () => {
	const folder = newFolder();
	writeFileSync(path.join(folder, 'incident.rtr'), Buffer.alloc(50_000));
	writeFileSync(path.join(folder, 'notes.txt'), 'mine');
	const {rolling} = opened(folder, {kind: 'size', bytes: 100_000});
	await rolling.prepare(startMs);
	for (let minute = 0; minute < 100; minute++) {
		rolling.write(frameAt(startMs + minute * 60_000, 5000));
		await rolling.settled();
		const bytes = names(folder)
			.filter(name => name.startsWith('2026'))
			.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
		assert.ok(bytes <= 120_000, String(bytes));
	}

	await rolling.close();
	assert.ok(names(folder).length > 5);
	assert.ok(names(folder).includes('incident.rtr') && names(folder).includes('notes.txt'));
});

test('a folder that can not be made or written is refused in one line', async () => {
	const folder = newFolder();
	const file = path.join(folder, 'file');
	writeFileSync(file, '');
	await assert.rejects(opened(path.join(file, 'below'), {kind: 'time', ms: hourMs}).rolling.prepare(startMs), error => {
		assert.ok(error instanceof RecordingProblem);
		assert.equal(error.kind, 'access');
		assert.match(error.message, /^can't record into .*below: a part of its path is no folder$/);
		return true;
	});
});

test('a folder under /proc, which can never be made, is refused', {skip: process.platform !== 'linux'}, async () => {
	await assert.rejects(
		opened('/proc/below/it', {kind: 'time', ms: hourMs}).rolling.prepare(startMs),
		/^RecordingProblem: can't record into \/proc\/below\/it: the folder does not exist$/,
	);
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

test('a full disk costs the oldest files, then the recording pauses, says so, and goes on', {skip: !canMount}, t => {
	const folder = newFolder();
	if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', folder]).status !== 0) {
		t.skip('tmpfs can not be mounted here');
		return undefined;
	}

	return fillDisk(folder).finally(() => spawnSync('umount', [folder]));
});

async function fillDisk(folder: string): Promise<void> {
	const {rolling, complaints} = opened(folder, {kind: 'time', ms: 100 * hourMs});
	await rolling.prepare(startMs);
	for (let hour = 0; hour < 20; hour++) {
		rolling.write(frameAt(startMs + hour * hourMs, 40_000));
		rolling.write(frameAt(startMs + hour * hourMs + 5000, 20_000, false));
		await rolling.settled();
		// What was removed is the oldest: files have the time of their last frame.
		for (const name of names(folder).filter(file => path.join(folder, file) === rolling.file)) {
			utimesSync(path.join(folder, name), new Date(), new Date(startMs + hour * hourMs));
		}
	}

	assert.deepEqual(complaints, []);
	assert.ok(names(folder).length < 9 && names(folder).at(-1)?.startsWith('20261124T0900'), names(folder).join(' '));

	// Another program takes what is left.
	const hog = path.join(folder, 'hog');
	for (const name of names(folder).filter(file => path.join(folder, file) !== rolling.file)) {
		rmSync(path.join(folder, name));
	}

	fillWith(hog);
	const laterMs = startMs + 20 * hourMs - 60_000;
	rolling.write(frameAt(laterMs, 20_000, false));
	await rolling.settled();
	assert.deepEqual(complaints, ['the recording in DIR pauses: the disk is full']);
	rolling.write(frameAt(laterMs + 20_000, 20_000));
	await rolling.settled();
	assert.equal(complaints.length, 1);
	rmSync(hog);
	rolling.write(frameAt(laterMs + 40_000, 20_000));
	await rolling.settled();
	assert.deepEqual(complaints.slice(1), ['the recording in DIR goes on']);
	await rolling.close();
}

/** Writes a file until there is no room left. */
function fillWith(file: string): void {
	for (let chunk = 64 * 1024; chunk >= 1; chunk = Math.floor(chunk / 4)) {
		try {
			for (;;) {
				appendFileSync(file, Buffer.alloc(chunk));
			}
		} catch {}
	}
}
