import type {KeyName} from '../../keys/bindings.js';
import type {Intent} from '../../keys/intent.js';
import {shownKey} from '../../keys/key-names.js';
import {alwaysQuits} from '../../keys/keyboard.js';
import type {KeysRead} from '../../keys/read-keys.js';
import type {MouseAction} from '../../keys/read-mouse.js';
import {reduceView, type ViewEvent} from '../../state/reduce-view.js';
import {type Notice, type Overlay, tableOf, type ViewState} from '../../state/view-state.js';
import {sanitize} from '../../text/sanitize.js';
import {detailRows} from '../boxes/box-rows.js';
import {helpLayout} from '../boxes/help-rows.js';
import {overlayStep} from '../boxes/overlay-keys.js';
import {nodesInOrder} from '../node-order.js';
import type {PaletteEntry} from '../palette/palette-entries.js';
import type {Panel, PanelInput} from '../panel.js';
import {panelOf} from '../screen.js';
import {focusedNode, panelInput} from '../screen-input.js';
import {clickTarget} from '../screen-targets.js';
import {replayIntents, wallIntents} from '../wall/wall-intents.js';
import {ActionControl} from './action-control.js';
import type {ControllerOptions} from './controller-options.js';
import {type CopiedThing, copyNotice, panelText, rowText} from './copied-text.js';
import {dismissal} from './dismissal.js';
import {pastedEvent, typingOf} from './filter-typing.js';
import {neighbour, rowAfter, selectedRow, sortStep} from './list-steps.js';
import {openedRow} from './opened-row.js';
import {PaletteControl} from './palette-control.js';
import {PasswordControl} from './password-control.js';
import {pressKeys} from './press-keys.js';
import {ReplayControl} from './replay-control.js';
import {clientOfRow} from './sought-client.js';
import {stepBack} from './step-back.js';
import {TimeControl} from './time-control.js';
import {whatIfToggled} from './what-if-toggled.js';

const noticeMs = 5000;
/** Number of screen lines that are not list rows: header, verdict, last line, frame and column titles. */
const rowsAroundList = 8;
/** List rows for one notch of the mouse wheel; terminals and browsers scroll by three as well. */
const wheelRows = 3;

type Handlers = {readonly [Kind in Intent['kind']]: (intent: Extract<Intent, {kind: Kind}>) => void};

/** Turns a keyboard key, a paste or a mouse report into a change of the view store or a call of `ControllerEffects`. */
export class Controller {
	readonly #options: ControllerOptions;
	readonly #time: TimeControl;
	readonly #actions: ActionControl;
	readonly #password: PasswordControl;
	readonly #palette: PaletteControl;
	readonly #replay: ReplayControl | undefined;

	constructor(options: ControllerOptions) {
		this.#options = options;
		const {replay: effects, view, now, shownNow} = options;
		this.#time = new TimeControl({...options, now: effects === undefined ? now : shownNow});
		this.#actions = new ActionControl({
			...options,
			view: () => this.#view,
			notify: (text, tone) => this.notify(text, tone),
		});
		this.#password = new PasswordControl({
			view,
			tryCredentials: async (node, credentials) => options.effects.tryCredentials(node, credentials),
			notify: (text, tone) => this.notify(text, tone),
		});
		this.#palette = new PaletteControl({...options, choose: entry => this.#choose(entry)});
		this.#replay = effects && new ReplayControl({view, effects, notify: (text, tone) => this.notify(text, tone)});
	}

	press(read: KeysRead): void {
		if (read.keys.length === 1 && read.keys[0] === alwaysQuits) {
			this.#perform({kind: 'quit'});
			return;
		}

		pressKeys(read, [this.#actions, this.#password], key =>
			// Enter in one read with other keys may come from a paste. A paste must not open anything.
			read.isBunch && key === 'enter' && this.#palette.isOpen ? undefined : this.#pressOne(key),
		);
	}

	/**
	The wheel scrolls; a click selects a list row or opens a panel. The mouse does nothing on the wall display, and nothing
	while an action or a password is being typed.
	*/
	mouse(action: MouseAction): void {
		const {isWall, overlay} = this.#view;
		if (this.#actions.isOpen || this.#password.isOpen || (isWall && overlay === undefined)) {
			return;
		}

		if (action.kind === 'wheel') {
			const to = action.by === 1 ? 'down' : 'up';
			for (let step = 0; step < wheelRows; step++) {
				if (!this.#palette.press(to)) {
					this.#obey({kind: 'move', to});
				}
			}
		} else if (action.kind === 'click' && overlay === undefined) {
			this.#click(action);
		}
	}

	/** Handles a paste. Pasted text never acts as keys: only a field in which a text is being typed accepts it. */
	paste(text: string): void {
		const event = pastedEvent(this.#view, sanitize(text.trim()));
		if (this.#actions.isOpen) {
			this.#actions.paste();
		} else if (this.#password.isOpen) {
			this.#password.paste(text);
		} else if (event === undefined) {
			this.notify('pasted text is ignored: it could be taken for keys', 'warning');
		} else {
			this.#apply(event);
		}
	}

	notify(text: string, tone: Notice['tone'] = 'plain'): void {
		this.#apply({kind: 'noticed', notice: {text, tone, untilMs: this.#options.now() + noticeMs}});
	}

	get #view(): ViewState {
		return this.#options.view.get();
	}

	get #panel(): Panel {
		return panelOf(this.#view);
	}

	get #input(): PanelInput {
		const {shownState, shownNow, glyphs, keyboard} = this.#options;
		return panelInput({state: shownState(), view: this.#view, nowMs: shownNow(), glyphs, keyboard});
	}

	#apply(event: ViewEvent | undefined): void {
		if (event !== undefined) {
			this.#options.view.set(reduceView(this.#view, event));
		}
	}

	/** Handles one key on the screen, and returns the intent that it stood for; undefined for a typed character. */
	#pressOne(key: KeyName): Intent['kind'] | undefined {
		if (key === alwaysQuits) {
			this.#perform({kind: 'quit'});
			return 'quit';
		}

		if (this.#replay?.type(key) === true || this.#palette.press(key)) {
			return undefined;
		}

		const typed = typingOf(this.#view, key);
		if (typed !== undefined) {
			this.#apply(typed.event);
			return undefined;
		}

		const intent = this.#options.keyboard.bindingOf(key)?.intent(key);
		if (intent !== undefined) {
			this.#obey(intent);
		} else if (this.#view.overlay === undefined) {
			this.notify(
				`${shownKey(key)} does nothing here: ${this.#options.keyboard.shown('help') || 'the help'} lists the keys`,
			);
		}

		return intent?.kind;
	}

	/** Performs a chosen entry of the palette. An action only opens its guarded dialog; nothing is sent. */
	#choose({choice, whyNot}: PaletteEntry): void {
		if (whyNot !== undefined) {
			this.notify(`not now: ${whyNot}`, 'warning');
		} else if (choice.kind === 'intent') {
			this.#perform(choice.intent);
		} else if (choice.kind === 'node') {
			this.#apply({kind: 'node-chosen', node: choice.node});
		} else {
			this.#actions.openAction(choice.action);
		}
	}

	#click(at: Extract<MouseAction, {kind: 'click'}>): void {
		const target = clickTarget(this.#options.shownLines(), this.#view.panel, at);
		if (target?.kind === 'panel') {
			this.#apply({kind: 'panel-opened', panel: target.panel});
		} else if (target?.kind === 'row') {
			this.#apply({kind: 'row-chosen', rowKey: target.rowKey});
		} else if (target?.kind === 'column') {
			this.#sortBy(target.column);
		}
	}

	#obey(intent: Intent): void {
		const {overlay, isWall} = this.#view;
		const isOfWall = wallIntents.has(intent.kind) || (this.#replay !== undefined && replayIntents.has(intent.kind));
		if (isWall && overlay === undefined && !isOfWall) {
			this.notify(`the wall is view-only: ${this.#options.keyboard.shown('wall')} goes to the panels`);
		} else if (overlay === undefined) {
			this.#perform(intent);
		} else {
			this.#performInOverlay(intent, overlay);
		}
	}

	#boxRows(overlay: Overlay): number {
		const {columns} = this.#options.size();
		return overlay.kind === 'help'
			? helpLayout(this.#options.keyboard, this.#view.panel, columns, overlay.search?.text).length
			: overlay.kind !== 'details'
				? 0
				: detailRows(this.#panel.details?.(this.#input, overlay.rowKey), columns).length;
	}

	#performInOverlay(intent: Intent, overlay: Overlay): void {
		const step = overlayStep(intent, overlay, {screenRows: this.#options.size().rows, boxRows: this.#boxRows(overlay)});
		if (step === 'perform') {
			this.#perform(intent);
		} else {
			this.#apply(step);
		}
	}

	#perform<Kind extends Intent['kind']>(intent: Extract<Intent, {kind: Kind}>): void {
		if (this.#replay?.obey(intent, focusedNode(this.#options.shownState(), this.#view)?.address) === true) {
			return;
		}

		const handle = this.#handlers[intent.kind as Kind] as (intent: Extract<Intent, {kind: Kind}>) => void;
		handle(intent);
	}

	readonly #handlers: Handlers = {
		quit: () => this.#actions.quit(false),
		'quit-with-frame': () => this.#actions.quit(true),
		back: () => stepBack(this.#options),
		'open-help': () => this.#apply({kind: 'overlay-opened', overlay: {kind: 'help', firstRow: 0}}),
		'open-palette': () => this.#palette.open(),
		'open-panel': ({panel}) => this.#apply({kind: 'panel-opened', panel}),
		'step-panel': ({by}) => this.#apply({kind: 'panel-stepped', by}),
		move: ({to}) => this.#move(to),
		'open-details': () => this.#openDetails(),
		'start-filter': () => this.#apply({kind: 'filter-started'}),
		'next-sort': () => this.#stepSort(),
		'invert-sort': () => this.#apply({kind: 'sort-inverted'}),
		'next-grouping': () => this.#apply({kind: 'grouping-stepped'}),
		'toggle-earlier': () => this.#apply({kind: 'earlier-toggled'}),
		'toggle-what-if': () => this.#apply(whatIfToggled(this.#options.shownState())),
		'toggle-pause': () => this.#time.togglePause(),
		'toggle-baseline': () => this.#time.toggleBaseline(),
		scrub: step => this.#time.scrub(focusedNode(this.#options.liveState(), this.#view)?.address, step),
		'go-live': () => (this.#view.shownAtMs === undefined ? this.#move('last') : this.#time.goLive()),
		// Only a replay has key bindings for these intents, and `ReplayControl` performs them.
		'toggle-play': () => undefined,
		'step-ten-minutes': () => undefined,
		'step-change': () => undefined,
		'ask-time': () => undefined,
		'step-speed': () => undefined,
		'step-interval': ({by}) => {
			this.#apply({kind: 'interval-stepped', by});
			this.#options.effects.setInterval(this.#view.intervalMs);
		},
		'step-window': () => this.#apply({kind: 'window-stepped'}),
		'set-interval': ({intervalMs}) => {
			this.#apply({kind: 'interval-set', intervalMs});
			this.#options.effects.setInterval(intervalMs);
		},
		'poll-now': () => this.#options.effects.pollNow(),
		'step-node': ({by}) => this.#stepNode(by),
		'dismiss-node': () => {
			const found = dismissal(this.#panel, this.#input, this.#selectedRow(), this.#options.liveState());
			if ('problem' in found) {
				this.notify(found.problem);
			} else {
				this.#options.effects.dismissNode(found.node);
			}
		},
		'open-actions': () => {
			const rowKey = this.#chosenRow();
			this.#apply({kind: 'overlay-closed'});
			this.#actions.openMenu(rowKey);
		},
		'open-row-action': () => {
			const rowKey = this.#chosenRow();
			this.#apply({kind: 'overlay-closed'});
			this.#actions.openRowAction(rowKey);
		},
		'show-client': () => this.#showClient(),
		'ask-password': () => this.#password.open(focusedNode(this.#options.liveState(), this.#view)),
		'take-back': () => this.#actions.takeBack(),
		copy: ({what}) => this.#copy(what),
		'scan-keys': () => this.#scanKeys(),
		'write-dump': () => void this.#options.effects.writeDump().then(({text, tone}) => this.notify(text, tone)),
		'toggle-recording': () =>
			void this.#options.effects.toggleRecording().then(({text, tone}) => this.notify(text, tone)),
		'toggle-wall': () => this.#apply({kind: 'wall-toggled'}),
		'toggle-mouse': () => {
			const isOn = this.#options.effects.toggleMouse();
			this.notify(
				isOn ? 'the mouse is taken: the wheel scrolls, a click chooses; Shift selects text' : 'the mouse is given back',
			);
		},
		repaint: () => this.#options.effects.repaint(),
		suspend: () => this.#options.effects.suspend(),
	};

	#scanKeys(): void {
		const node = focusedNode(this.#options.liveState(), this.#view);
		this.#apply({kind: 'panel-opened', panel: 'keys'});
		if (node?.sample === undefined || node.role === 'sentinel') {
			this.notify('no keys are known of this node');
		} else {
			this.#options.effects.scanKeys(node.address);
		}
	}

	#selectedRow(): string | undefined {
		return selectedRow(this.#panel.rowKeys(this.#input), tableOf(this.#view, this.#view.panel).selectedKey);
	}

	/** The key of the list row whose details are open, else of the selected row. */
	#chosenRow(): string | undefined {
		const {overlay} = this.#view;
		return overlay?.kind === 'details' ? overlay.rowKey : this.#selectedRow();
	}

	/** Opens panel 4, Clients, at the client that the chosen row is about. */
	#showClient(): void {
		const rowKey = this.#chosenRow();
		const place = rowKey === undefined ? undefined : clientOfRow(this.#panel, this.#input, rowKey);
		if (place === undefined) {
			this.notify('this row names no client');
		} else {
			this.#apply({kind: 'clients-shown', ...place});
		}
	}

	#move(to: Extract<Intent, {kind: 'move'}>['to']): void {
		const keys = this.#panel.rowKeys(this.#input);
		const page = Math.max(1, this.#options.size().rows - rowsAroundList);
		const rowKey = rowAfter(keys, tableOf(this.#view, this.#view.panel).selectedKey, to, page);
		this.#apply(rowKey === undefined ? undefined : {kind: 'row-chosen', rowKey});
	}

	#openDetails(): void {
		const opened = openedRow(this.#panel, this.#input, this.#selectedRow());
		if ('problem' in opened) {
			this.notify(opened.problem);
		} else {
			this.#apply(opened);
		}
	}

	#stepSort(): void {
		const sorted = sortStep(this.#panel.sortKeys, tableOf(this.#view, this.#view.panel));
		if (sorted === undefined) {
			this.notify('this list has one order');
		} else {
			this.#apply(sorted);
		}
	}

	/** Sorts by the column whose title was clicked. A second click reverses the order. */
	#sortBy(column: string): void {
		const {sortKeys} = this.#panel;
		if (!sortKeys.some(({id}) => id === column)) {
			return;
		}

		const current = tableOf(this.#view, this.#view.panel).sort ?? sortKeys[0]?.id;
		this.#apply(current === column ? {kind: 'sort-inverted'} : {kind: 'sorted', sort: column});
	}

	#stepNode(by: 1 | -1): void {
		const state = this.#options.shownState();
		const node = neighbour(
			nodesInOrder(state).map(({address}) => address),
			focusedNode(state, this.#view)?.address,
			by,
		);
		this.#apply(node === undefined ? undefined : {kind: 'node-chosen', node});
	}

	#copy(what: CopiedThing): void {
		const text = this.#textOf(what);
		const isTooLong = text !== undefined && !this.#options.effects.copy(text);
		this.notify(copyNotice(what, text, isTooLong, this.#options.keyboard), isTooLong ? 'warning' : 'plain');
	}

	#textOf(what: CopiedThing): string | undefined {
		return what === 'panel' ? panelText(this.#panel, this.#input, this.#options.size()) : this.#rowText();
	}

	#rowText(): string | undefined {
		const rowKey = this.#chosenRow();
		return rowKey === undefined ? undefined : rowText(this.#panel, this.#input, rowKey);
	}
}
