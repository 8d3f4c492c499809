import process from 'node:process';
import {type Masking, maskingFor} from '../app/masking.js';
import type {MonitorSession} from '../app/session.js';
import {version} from '../arguments/version.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {changeableIds} from '../keys/key-changes.js';
import {keyboardWith} from '../keys/keyboard.js';
import type {PollInterest} from '../poll/poll-demand.js';
import {nothingSaid, type Said, screenReaderLines, withoutDrawing} from '../report/text/screen-reader-lines.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {PanelId} from '../state/panel-table.js';
import {panelTable, panelWithKey} from '../state/panel-table.js';
import {newView, reduceView} from '../state/reduce-view.js';
import type {ViewState} from '../state/view-state.js';
import {crashReport, type ExitReason, installExitHandlers} from '../terminal/exit-handlers.js';
import {InputSequences} from '../terminal/input-sequences.js';
import {unicodeGlyphs} from '../text/glyphs.js';
import {panelText} from '../views/control/copied-text.js';
import {neighbour} from '../views/control/list-steps.js';
import {panelOf} from '../views/screen.js';
import {focusedNode, panelInput} from '../views/screen-input.js';
import {closeRecording, openRecording, startRecordedSession} from './open-recording.js';

/** Size at which a panel is drawn for a screen reader, in cells: too narrow for two columns. */
const panelSize = {columns: 58, rows: 200};

/** The ids of the key bindings that work for a screen reader. Panels name no other keys. */
const readerKeys: readonly string[] = ['help', 'next-node', 'previous-node', 'poll-now', 'quit'];
const readerKeyboard = keyboardWith(
	new Map(changeableIds.filter(id => !readerKeys.includes(id)).map(id => [id, []] as const)),
);

const keysText = [
	`keys: ${panelTable.map(({key, title}) => `${key} ${title}`).join(', ')}`,
	'n next node, N node before, Enter everything again, R poll now, question mark these keys, q quit',
];

/**
The monitor for a screen reader. It appends lines for changes, and a whole panel when the panel's key is pressed. It
never repaints, and has no actions. Resolves with the exit code.
*/
export async function runScreenReader(config: Config): Promise<number> {
	const {file} = config.record;
	const recording = file === undefined ? undefined : await openRecording(file, config);
	if (typeof recording === 'number') {
		return recording;
	}

	const end = new AbortController();
	const session = startRecordedSession(config, {signal: end.signal, isEveryNodeFocused: false}, recording);
	const exit = await new Promise<ExitReason>(resolve => {
		const stopHandling = installExitHandlers(left => {
			setImmediate(stopHandling);
			resolve(left);
		});
		const masking = maskingFor(config);
		const reader = new Reader(config, session, masking, () => resolve({kind: 'quit', exitCode: 0}));
		session.store.subscribe(() => reader.tellNews());
		readKeys(key => reader.press(key));
		say([`redis-top ${version}, ${masking.state(session.store.get()).target}`, ...keysText]);
	});
	process.stdin.setRawMode?.(false);
	process.stdin.pause();
	end.abort();
	await closeRecording(recording);
	if (exit.kind === 'crash') {
		process.stderr.write(crashReport(exit.error, version));
	}

	return exit.exitCode;
}

function say(lines: readonly string[]): void {
	if (lines.length > 0) {
		process.stdout.write(`${lines.join('\r\n')}\r\n`);
	}
}

/**
Input that is not taken for a key: a paste, an arrow or another key that sends a sequence, Alt with a character, and
Escape.
*/
const noKeys = /\u001B(?:\[200~[\s\S]*?(?:\u001B\[201~|$)|\[\[?[^@-~]*[@-~]|O[\d;]*[@-~]|[\s\S]?)/g;

function readKeys(onKey: (key: string) => void): void {
	process.stdin.setRawMode?.(true);
	process.stdin.setEncoding('utf8');
	const sequences = new InputSequences();
	process.stdin.on('data', (chunk: string) => {
		for (const key of sequences.push(chunk, systemClock.elapsed()).replace(noKeys, '')) {
			onKey(key);
		}
	});
}

class Reader {
	readonly #session: MonitorSession;
	readonly #quit: () => void;
	readonly #masking: Masking;
	#view: ViewState;
	#said: Said = nothingSaid;

	constructor(config: Config, session: MonitorSession, masking: Masking, quit: () => void) {
		this.#session = session;
		this.#masking = masking;
		this.#quit = quit;
		this.#view = newView(config.panel, config.intervalMs);
		this.#look();
	}

	#state(): MonitorState {
		return this.#masking.state(this.#session.store.get());
	}

	tellNews(): void {
		const {lines, said} = screenReaderLines(this.#said, this.#state());
		this.#said = said;
		say(lines);
		this.#look();
	}

	press(key: string): void {
		const panel = panelWithKey(key);
		const actions: Readonly<Record<string, () => void>> = {
			q: this.#quit,
			'\u0003': this.#quit,
			'\u0004': this.#quit,
			'?': () => say(keysText),
			'\r': () => this.#tellAll(),
			R: () => this.#session.fleet.pollNow(true),
			n: () => this.#stepNode(1),
			N: () => this.#stepNode(-1),
		};
		if (panel === undefined) {
			actions[key]?.();
		} else {
			this.#readOut(panel);
		}
	}

	#tellAll(): void {
		this.#said = {...nothingSaid, event: this.#said.event};
		this.tellNews();
	}

	#readOut(panel: PanelId): void {
		this.#view = panel === this.#view.panel ? this.#view : reduceView(this.#view, {kind: 'panel-opened', panel});
		this.#look();
		const nowMs = systemClock.now();
		const input = panelInput({
			state: this.#state(),
			view: this.#view,
			nowMs,
			glyphs: unicodeGlyphs,
			keyboard: readerKeyboard,
		});
		say(withoutDrawing(panelText(panelOf(this.#view), input, panelSize)));
	}

	#stepNode(by: 1 | -1): void {
		const state = this.#state();
		const node = neighbour([...state.nodes.keys()], focusedNode(state, this.#view)?.address, by);
		if (node !== undefined) {
			this.#view = reduceView(this.#view, {kind: 'node-chosen', node});
			this.#look();
			say([`looking at ${node}`]);
		}
	}

	/** Puts the chosen node in focus. From now on it gets the requests that the panel shown last needs. */
	#look(): void {
		const node = this.#masking.real(focusedNode(this.#state(), this.#view)?.address);
		this.#session.fleet.setFocus(node);
		this.#session.store.setFocus(node);
		this.#session.fleet.setInterests(new Set<PollInterest>(panelOf(this.#view).interests));
	}
}
