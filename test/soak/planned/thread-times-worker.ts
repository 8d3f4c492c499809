import {closeSync, openSync, readSync} from 'node:fs';
import os from 'node:os';
import {parentPort} from 'node:worker_threads';
import {parseThreadTime, type ThreadTime} from './thread-times.js';

/*
Reads the schedstat of the main thread of each watched process every 10 ms, in a thread of its own. The load keeps the
soak's main thread busy, which would read too rarely.
*/

/** What the main thread asks: to watch these processes from now on, or for the readings of one process. */
export type ThreadTimesRequest =
	| {readonly watch: readonly number[]}
	| {readonly id: number; readonly processId: number; readonly fromMs: number};

export type ThreadTimesReply = {readonly id: number; readonly times: readonly ThreadTime[]};

const intervalMs = 10;
/** Age after which a reading is dropped, milliseconds. Findings are about the last minute. */
const keepMs = 90_000;
/** A reading during which the worker itself waited for longer has no certain moment, and is dropped. Milliseconds. */
const mostUncertainMs = 2;

type Watched = {readonly file: number; times: ThreadTime[]};

const watched = new Map<number, Watched>();
const text = Buffer.alloc(100);
const nowMs = (): number => performance.timeOrigin + performance.now();

function read(processId: number, {file, times}: Watched): void {
	const atMs = nowMs();
	try {
		const length = readSync(file, text, 0, text.length, 0);
		const time = parseThreadTime(text.toString('latin1', 0, length), atMs);
		if (time !== undefined && nowMs() - atMs <= mostUncertainMs) {
			times.push(time);
		}
	} catch {
		closeSync(file);
		watched.delete(processId);
	}
}

function watch(processId: number): void {
	if (!watched.has(processId)) {
		try {
			watched.set(processId, {file: openSync(`/proc/${processId}/task/${processId}/schedstat`, 'r'), times: []});
		} catch {
			// The process has ended, or the machine is no Linux. Nothing is then proved about it.
		}
	}
}

try {
	// Under Linux the priority is that of this thread. Only root may raise it.
	os.setPriority(-10);
} catch {}

parentPort?.on('message', (request: ThreadTimesRequest) => {
	if ('watch' in request) {
		for (const processId of request.watch) {
			watch(processId);
		}

		return;
	}

	const times = watched.get(request.processId)?.times.filter(({atMs}) => atMs >= request.fromMs) ?? [];
	parentPort?.postMessage({id: request.id, times} satisfies ThreadTimesReply);
});

setInterval(() => {
	for (const [processId, each] of watched) {
		read(processId, each);
	}
}, intervalMs);
setInterval(() => {
	const oldest = nowMs() - keepMs;
	for (const each of watched.values()) {
		each.times = each.times.filter(({atMs}) => atMs >= oldest);
	}
}, keepMs / 10);
