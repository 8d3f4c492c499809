import {closeSync, openSync, writeSync} from 'node:fs';
import {ReadStream} from 'node:tty';

export type PasswordAnswer =
	| {readonly kind: 'typed'; readonly password: string}
	/** The user pressed Ctrl-C or Ctrl-D, or the terminal was closed. */
	| {readonly kind: 'aborted'}
	/** The process has no terminal for the prompt. */
	| {readonly kind: 'no-terminal'};

/** The text typed so far at a password prompt, and how the input ended. `end` is undefined until the input ends. */
export type Typed = {readonly text: string; readonly end: 'typed' | 'aborted' | undefined};

/** The sequences of characters that a terminal sends for one press of a keyboard key such as an arrow. */
const escapeSequence = /\u{1b}(?:\[[\d;?]*[ -/]*[@-~]|O.|.)?/gsu;

/**
The text at the prompt after further key presses. Enter ends the input. Ctrl-C aborts the input, and so does Ctrl-D on
an empty line. Backspace and Ctrl-U erase.
*/
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
Asks for a password on /dev/tty without echo. stdin and stdout may therefore be pipes. The terminal's mode is restored
when this resolves, and before a signal ends the process. Never rejects.

@param question The prompt without the colon.
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
