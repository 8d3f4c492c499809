import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {type Message, message, nameOf} from '../domain/message.js';
import {snapshotJson} from '../report/snapshot/snapshot.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {Notice} from '../state/view-state.js';

/** A notice whose text contains file names. The text stays a `Message` until the names are masked or shown. */
export type FileNotice = Omit<Notice, 'text'> & {readonly text: Message};

/** The common name of the files of a dump, without an extension: `redis-top-10.0.1.11-6379-20261123T140231Z`. */
export function dumpName(target: string, nowMs: number): string {
	const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
	return `redis-top-${target.replaceAll(/[^\w.-]+/g, '-').slice(0, 60)}-${stamp}`;
}

/**
Writes three files into the working folder, with mode 0600: the screen as text, its state as JSON, and a recording.
Resolves with a notice for the user, also after a failure; never rejects.

@param saveRecording Writes the recording. Its argument is the file's path without extension. Resolves with the reason
of a failure, else with undefined.
*/
export async function writeDump(
	screen: readonly string[],
	state: MonitorState,
	nowMs: number,
	saveRecording: (name: string) => Promise<string | undefined>,
): Promise<FileNotice> {
	const name = path.join(process.cwd(), dumpName(state.target, nowMs));
	const untilMs = nowMs + 8000;
	try {
		// With the flag `wx`, no file is overwritten. Of two dumps within a second, the first one stays.
		await writeFile(`${name}.txt`, `${screen.join('\n')}\n`, {mode: 0o600, flag: 'wx'});
		await writeFile(`${name}.json`, `${snapshotJson(state, nowMs)}\n`, {mode: 0o600, flag: 'wx'});
		const problem = await saveRecording(name);
		return problem === undefined
			? {text: message`written: ${nameOf('path', `${name}.txt`)}, .json and .rtr`, tone: 'plain', untilMs}
			: {
					text: message`written: ${nameOf('path', `${name}.txt`)} and .json, not .rtr: ${nameOf('quote', problem)}`,
					tone: 'warning',
					untilMs,
				};
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return {text: message`not written: ${nameOf('quote', why)}`, tone: 'warning', untilMs};
	}
}
