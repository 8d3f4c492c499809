import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {snapshotJson} from '../report/snapshot/snapshot.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {Notice} from '../state/view-state.js';

/**
Writes the screen as text and what is behind it as JSON into the working folder, readable by their owner alone.
Resolves with what to tell the user; never rejects.
*/
export async function writeDump(screen: readonly string[], state: MonitorState, nowMs: number): Promise<Notice> {
	const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
	const target = state.target.replaceAll(/[^\w.-]+/g, '-').slice(0, 60);
	const name = path.join(process.cwd(), `redis-top-${target}-${stamp}`);
	const untilMs = nowMs + 8000;
	try {
		// Never over a file that is there: two dumps within a second are two wishes, and the first one stands.
		await writeFile(`${name}.txt`, `${screen.join('\n')}\n`, {mode: 0o600, flag: 'wx'});
		await writeFile(`${name}.json`, `${snapshotJson(state, nowMs)}\n`, {mode: 0o600, flag: 'wx'});
		return {text: `written: ${name}.txt and .json`, tone: 'plain', untilMs};
	} catch (error) {
		return {text: `not written: ${error instanceof Error ? error.message : String(error)}`, tone: 'warning', untilMs};
	}
}
