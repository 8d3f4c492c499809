import {closeSync, openSync, writeSync} from 'node:fs';
import {ReadStream} from 'node:tty';

export type PasswordAnswer =
	| {readonly kind: 'typed'; readonly password: string}
	/** Ctrl-C, Ctrl-D or a terminal that went away. */
	| {readonly kind: 'aborted'}
	/** There is no terminal to ask on. */
	| {readonly kind: 'no-terminal'};

/** What was typed so far, and whether that was the end of it. */
export type Typed = {readonly text: string; readonly end: 'typed' | 'aborted' | undefined};

/** Keys that send more than one character: arrows and their like. */
const escapeSequence = /\u{1b}(?:\[[\d;?]*[ -/]*[@-~]|O.|.)?/gsu;

/** What stands there after more keys: Enter ends, Ctrl-C and an early Ctrl-D abort, Backspace and Ctrl-U take back. */
export function typedAfter({text}: Typed, keys: string): Typed {
	let current = [...text];
	for (const character of keys.replace(escapeSequence, '')) {
		if (character === '\r' || character === '\n' || (character === '\u{4}' && current.length > 0)) {
			return {text: current.join(''), end: 'typed'};
		}

		if (character === '\u{3}' || character === '\u{4}') {
			return {text: '', end: 'aborted'};
		}

		if (character === '\u{7f}' || character === '\b') {
			current.pop();
		} else if (character === '\u{15}') {
			current = [];
		} else if (character >= ' ') {
			current.push(character);
		}
	}

	return {text: current.join(''), end: undefined};
}

const fatalSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
Asks on the terminal itself, so that a pipe on stdin or stdout doesn't matter, and shows nothing of what is typed. The
terminal is as it was before when this resolves, and when a signal ends the process meanwhile. Never rejects.

@param question Without the colon.
*/
export async function askPassword(question: string): Promise<PasswordAnswer> {
	let output: number;
	let input: ReadStream;
	try {
		output = openSync('/dev/tty', 'w');
		input = new ReadStream(openSync('/dev/tty', 'r'));
	} catch {
		return {kind: 'no-terminal'};
	}

	const answer = await readUnseen(input, () => writeSync(output, `${question}: `));
	writeSync(output, '\n');
	closeSync(output);
	return answer;
}

function readUnseen(input: ReadStream, ask: () => void): Promise<PasswordAnswer> {
	return new Promise(resolve => {
		let typed: Typed = {text: '', end: undefined};
		const restore = () => {
			for (const signal of fatalSignals) {
				process.off(signal, endBySignal);
			}

			input.setRawMode(false);
			input.destroy();
		};

		const endBySignal = (signal: NodeJS.Signals) => {
			restore();
			process.kill(process.pid, signal);
		};

		const finish = (answer: PasswordAnswer) => {
			input.removeAllListeners();
			input.on('error', () => undefined);
			restore();
			resolve(answer);
		};

		for (const signal of fatalSignals) {
			process.on(signal, endBySignal);
		}

		input.setEncoding('utf8');
		input.on('data', (keys: string) => {
			typed = typedAfter(typed, keys);
			if (typed.end !== undefined) {
				finish(typed.end === 'typed' ? {kind: 'typed', password: typed.text} : {kind: 'aborted'});
			}
		});
		input.on('end', () => finish({kind: 'aborted'}));
		input.on('error', () => finish({kind: 'aborted'}));
		input.setRawMode(true);
		ask();
	});
}
