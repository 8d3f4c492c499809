import {type AuditEntry, phaseWords} from '../domain/audit.js';
import type {Clock} from '../domain/clock.js';
import type {MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import {recordedPoll} from '../poll/recorded-poll.js';
import {BlockWriter, type WrittenFrame} from '../record/block-writer.js';
import type {Entry, EntryContent, OpenFinding, RecordedChange} from '../record/entry.js';
import {type Finding, findingKey, findingMessage} from '../rules/finding.js';
import {defaultRuleSettings, type RuleSettings} from '../rules/node-facts.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {StoreInput} from '../state/store-input.js';

/**
Least time between two recorded inspections of this machine for a node whose process is in the same state, in
milliseconds.
*/
const hostEveryMs = 14_000;

/**
A receiver of a recording's frames, the units in which it is written: a file, a folder, or the last half hour in memory.
*/
export type FrameSink = {readonly write: (frame: WrittenFrame) => void};

/** The functions that replace names before anything is recorded. */
export type EntryMask = {
	readonly entry: (entry: Entry) => Entry;
	readonly change: (change: RecordedChange) => RecordedChange;
	readonly finding: (finding: OpenFinding) => OpenFinding;
};

type Published = {readonly get: () => MonitorState; readonly subscribe: (listener: () => void) => () => void};

/** Records the inputs of a monitor store while at least one sink receives the frames. */
export class Recorder {
	readonly #clock: Clock;
	readonly #mask: EntryMask;
	readonly #sinks = new Set<FrameSink>();
	#writer: BlockWriter;
	#problem: string | undefined;
	#state: MonitorState | undefined;
	readonly #lastHost = new Map<NodeAddress, {readonly atMs: number; readonly state: string}>();

	constructor(clock: Clock, mask: EntryMask) {
		this.#clock = clock;
		this.#mask = mask;
		this.#writer = this.#newWriter();
	}

	#newWriter(): BlockWriter {
		return new BlockWriter({
			findings: () =>
				(this.#state?.findings ?? []).filter(isOpen).map(finding => this.#mask.finding(openFinding(finding))),
			onFrame: frame => {
				for (const sink of this.#sinks) {
					sink.write(frame);
				}
			},
		});
	}

	/** The `journal` of a `MonitorStore`: records an input of the store at the present time. */
	readonly journal = (input: StoreInput): void => this.record(input, this.#clock.now());

	/** Records an input at the time at which the store got it. */
	readonly record = (input: StoreInput, atMs: number): void => {
		if (this.#sinks.size === 0) {
			return;
		}

		try {
			this.#add(input, atMs);
		} catch (error) {
			// A bug in the recorder must not end the monitor.
			this.#problem = error instanceof Error ? error.message : String(error);
			this.#sinks.clear();
		}
	};

	/** Why recording stopped; undefined while it works. */
	get problem(): string | undefined {
		return this.#problem;
	}

	#add(input: StoreInput, atMs: number): void {
		if (input.kind === 'host' && this.#isLikeLast(input, atMs)) {
			return;
		}

		const content = contentOf(input);
		if (content !== undefined) {
			this.#writer.add(this.#mask.entry({...content, atMs}));
		}
	}

	/**
	Whether an inspection of this machine shows the same as the last recorded inspection of the same node. Some
	subcommands of redis-top inspect every second. These inspections would fill most of a recording.
	*/
	#isLikeLast({address, evidence}: Extract<StoreInput, {readonly kind: 'host'}>, atMs: number): boolean {
		const {process = undefined, supervisor = undefined} = evidence.kind === 'here' ? evidence : {};
		const state = JSON.stringify([evidence.kind, process?.processId, process?.state === 'stopped', supervisor]);
		const last = this.#lastHost.get(address);
		if (last !== undefined && last.state === state && Math.abs(atMs - last.atMs) < hostEveryMs) {
			return true;
		}

		this.#lastHost.set(address, {atMs, state});
		return false;
	}

	/**
	Records the changes of a store's findings and events whenever the store publishes a state. Returns a function that
	stops recording these changes.
	*/
	watch(store: Published): () => void {
		return store.subscribe(() => {
			const before = this.#state;
			const state = store.get();
			this.#state = state;
			if (this.#sinks.size === 0) {
				return;
			}

			const changes = [
				...eventChanges(before?.events ?? [], state.events),
				...(before?.findings === state.findings
					? []
					: findingChanges(before?.findings ?? [], state.findings, this.#clock.now())),
			];
			this.#writer.addChanges(changes.map(change => this.#mask.change(change)));
		});
	}

	/** Records new lines of the audit log. */
	readonly addActions = (lines: readonly AuditEntry[]): void => {
		const atMs = this.#clock.now();
		if (lines.length > 0 && this.#sinks.size > 0) {
			this.#writer.add(this.#mask.entry({kind: 'actions', lines, atMs}));
			this.#writer.addChanges(lines.map(line => this.#mask.change(actionChange(line))));
		}
	};

	/** Begins to pass frames to a sink. The first frame is a whole state. */
	start(sink: FrameSink): void {
		const atMs = this.#clock.now();
		if (this.#sinks.size === 0) {
			// This is the first sink. Nothing was recorded before it, so the known nodes are recorded first.
			this.#writer = this.#newWriter();
			this.#sinks.add(sink);
			for (const content of knownNodes(this.#state)) {
				this.#writer.add(this.#mask.entry({...content, atMs}));
			}
		}

		this.#sinks.add(sink);
		this.#writer.begin(atMs);
	}

	stop(sink: FrameSink): void {
		this.#writer.flush();
		this.#sinks.delete(sink);
	}

	/** Passes the pending entries to the sinks. */
	flush(): void {
		this.#writer.flush();
	}
}

/**
The events from before redis-top started, and the inputs from which a state got its nodes. The nodes' replies come with
the next polls.
*/
const knownNodes = (state: MonitorState | undefined): EntryContent[] => [
	...(state?.earlierEvents === undefined ? [] : [{kind: 'earlier', events: state.earlierEvents} as const]),
	...[...(state?.nodes.values() ?? [])].flatMap(({address, endpoint, origin, otherNames = []}): EntryContent[] => [
		{kind: 'node-found', address, endpoint, origin},
		...otherNames.map(alias => ({kind: 'node-alias', address, alias}) as const),
	]),
];

const isOpen = ({clearedAtMs}: Finding): boolean => clearedAtMs === undefined;

const openFinding = ({rule, node, subject, sinceMs}: Finding): OpenFinding => ({rule, node, subject, sinceMs});

function contentOf(input: StoreInput): EntryContent | undefined {
	if (input.kind === 'node-found') {
		return {...input, settings: input.settings && changedSettings(input.settings)};
	}

	if (input.kind !== 'outcome') {
		return input;
	}

	const {outcome, intervalMs} = input;
	const poll = recordedPoll(outcome);
	if (poll !== undefined) {
		return {kind: 'poll', poll, intervalMs};
	}

	if (outcome.kind === 'failed') {
		const {address, atMs, askedAtMs, failure} = outcome;
		return {kind: 'failure', address, failedAtMs: atMs, askedAtMs, failure, intervalMs};
	}

	return undefined;
}

/**
The settings that differ from the defaults. Defaults are not recorded, so that a replay uses the defaults of its own
version.
*/
function changedSettings(settings: RuleSettings): RuleSettings | undefined {
	const changed = Object.entries(settings.thresholds).filter(
		([name, value]) => defaultRuleSettings.thresholds[name as keyof RuleSettings['thresholds']] !== value,
	);
	return {...settings, thresholds: Object.fromEntries(changed) as RuleSettings['thresholds']};
}

/** The events of `now` that `before` lacks, as changes of the recording. Both lists begin with the newest event. */
function eventChanges(before: readonly MonitorEvent[], now: readonly MonitorEvent[]): RecordedChange[] {
	const [newest] = before;
	const known = newest === undefined ? now.length : now.indexOf(newest);
	return now
		.slice(0, known === -1 ? now.length : known)
		.toReversed()
		.map(({atMs, severity, node, kind, text}) => ({what: 'event', atMs, severity, node, id: kind, text}));
}

/** The findings that were raised or closed between two published states, as changes of the recording. */
export function findingChanges(before: readonly Finding[], now: readonly Finding[], atMs: number): RecordedChange[] {
	const openBefore = new Map(before.filter(isOpen).map(finding => [findingKey(finding), finding]));
	const openNow = new Map(now.filter(isOpen).map(finding => [findingKey(finding), finding]));
	const opened = [...openNow].filter(([key]) => !openBefore.has(key)).map(([, finding]) => finding);
	const closed = [...openBefore].filter(([key]) => !openNow.has(key)).map(([, finding]) => finding);
	return [
		...opened.map(finding => findingChange(finding, 'finding-opened', atMs)),
		...closed.map(finding => findingChange(finding, 'finding-closed', atMs)),
	];
}

const findingChange = (finding: Finding, what: 'finding-opened' | 'finding-closed', atMs: number): RecordedChange => ({
	what,
	atMs,
	severity: finding.severity,
	node: finding.node,
	id: finding.rule,
	text: findingMessage(finding),
	finding: openFinding(finding),
});

const actionChange = ({at, phase, target, command, action, detail}: AuditEntry): RecordedChange => ({
	what: 'action',
	atMs: Date.parse(at),
	severity: phase === 'verified' ? 'info' : 'warning',
	node: target,
	id: phase,
	text: [command ?? action, ...phaseWords(phase, detail)].join(': '),
});
