import type {AuditEntry} from '../domain/audit.js';
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

/** Least time between two recorded looks at the machine for a node whose process is in the same state, milliseconds. */
const hostEveryMs = 14_000;

/** Takes the frames of a recording: a file, a folder, the last half hour in memory. */
export type FrameSink = {readonly write: (frame: WrittenFrame) => void};

/** What is replaced before anything is recorded. */
export type EntryMask = {
	readonly entry: (entry: Entry) => Entry;
	readonly change: (change: RecordedChange) => RecordedChange;
	readonly finding: (finding: OpenFinding) => OpenFinding;
};

type Published = {readonly get: () => MonitorState; readonly subscribe: (listener: () => void) => () => void};

/** Records what a monitor store is told, for as long as something takes the frames. */
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

	/** For `MonitorStore`: is told of everything that the store is told. */
	readonly journal = (input: StoreInput): void => this.record(input, this.#clock.now());

	/** The same with the time at which the store was told. */
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

	/** Why nothing is recorded any more; undefined while all is well. */
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

	/** Some commands look at the machine each second. Of a process in an unchanged state, that would be most of a recording. */
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

	/** Notes the findings and events of a store as they are published. */
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

	/** New lines of the audit log. */
	readonly addActions = (lines: readonly AuditEntry[]): void => {
		const atMs = this.#clock.now();
		if (lines.length > 0 && this.#sinks.size > 0) {
			this.#writer.add(this.#mask.entry({kind: 'actions', lines, atMs}));
			this.#writer.addChanges(lines.map(line => this.#mask.change(actionChange(line))));
		}
	};

	/** Gives the frames to a sink, from a whole state on. */
	start(sink: FrameSink): void {
		const atMs = this.#clock.now();
		if (this.#sinks.size === 0) {
			// Nothing was recorded so far: what is known of the nodes is told first.
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

	/** Gives what is pending to the sinks. */
	flush(): void {
		this.#writer.flush();
	}
}

/** What leads to the nodes of a state. Their replies come with the next polls. */
const knownNodes = (state: MonitorState | undefined): EntryContent[] =>
	[...(state?.nodes.values() ?? [])].flatMap(({address, endpoint, origin, otherNames = []}): EntryContent[] => [
		{kind: 'node-found', address, endpoint, origin},
		...otherNames.map(alias => ({kind: 'node-alias', address, alias}) as const),
	]);

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

/** Without the thresholds that have their defaults: a later version may have better ones. */
function changedSettings(settings: RuleSettings): RuleSettings | undefined {
	const changed = Object.entries(settings.thresholds).filter(
		([name, value]) => defaultRuleSettings.thresholds[name as keyof RuleSettings['thresholds']] !== value,
	);
	return {...settings, thresholds: Object.fromEntries(changed) as RuleSettings['thresholds']};
}

/** The events that came since, of which the newest stand first. */
function eventChanges(before: readonly MonitorEvent[], now: readonly MonitorEvent[]): RecordedChange[] {
	const [newest] = before;
	const known = newest === undefined ? now.length : now.indexOf(newest);
	return now
		.slice(0, known === -1 ? now.length : known)
		.toReversed()
		.map(({atMs, severity, node, kind, text}) => ({what: 'event', atMs, severity, node, id: kind, text}));
}

/** Which findings were raised or closed between two published states. */
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
	text: [command ?? action, phase, ...(detail === undefined ? [] : [detail])].join(': '),
});
