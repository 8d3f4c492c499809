import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {type Message, message, nameOf} from '../domain/message.js';
import {snapshotJson} from '../report/snapshot/snapshot.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {Notice} from '../state/view-state.js';

/** A notice whose text names files. It is a message until the names are masked or shown. */
export type FileNotice = Omit<Notice, 'text'> & {readonly text: Message};

/**
Writes two files into the working folder, with mode 0600: the screen as text and its state as JSON. Resolves with a
notice for the user, also after a failure; never rejects.
*/
export async function writeDump(screen: readonly string[], state: MonitorState, nowMs: number): Promise<FileNotice> {
	const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
	const target = state.target.replaceAll(/[^\w.-]+/g, '-').slice(0, 60);
	const name = path.join(process.cwd(), `redis-top-${target}-${stamp}`);
	const untilMs = nowMs + 8000;
	try {
		// The flag `wx` overwrites no file: of two dumps within a second the first one stays.
		await writeFile(`${name}.txt`, `${screen.join('\n')}\n`, {mode: 0o600, flag: 'wx'});
		await writeFile(`${name}.json`, `${snapshotJson(state, nowMs)}\n`, {mode: 0o600, flag: 'wx'});
		return {text: message`written: ${nameOf('path', `${name}.txt`)} and .json`, tone: 'plain', untilMs};
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return {text: message`not written: ${nameOf('quote', why)}`, tone: 'warning', untilMs};
	}
}
