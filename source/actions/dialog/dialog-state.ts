import type {ActionName, ActionPlan, ActionProgress} from '../../domain/action.js';
import type {AuditFact} from '../../domain/audit.js';
import type {NodeAddress, NodeRole, NodeState} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {Line} from '../../text/line.js';
import type {Selection, TypedValue} from '../catalogue/action-row.js';
import type {MenuRow} from '../catalogue/catalogue.js';
import type {Choice} from '../catalogue/choice.js';
import type {ActionPolicy} from '../execute/guard.js';

/** The node an action is for, as the monitor last saw it. */
export type Subject = {
	readonly address: NodeAddress;
	readonly runId: string | undefined;
	readonly role: NodeRole;
	readonly reach: NodeState;
};

export const subjectOf = ({address, sample, role, reach}: NodeRecord): Subject => ({
	address,
	runId: sample?.runId,
	role,
	reach,
});

/** What came from the keyboard in one read. Anything longer than one key is a `bunch`, whoever typed it. */
export type DialogKey =
	| {readonly kind: 'character'; readonly text: string}
	| {readonly kind: 'bunch'}
	| {readonly kind: 'named'; readonly name: 'enter' | 'escape' | 'backspace' | 'up' | 'down' | 'copy' | 'other'};

/** A box that waits for keys and gives up without them. Times on the session's clock, milliseconds. */
type Waiting = {readonly openedAtMs: number; readonly lastKeyAtMs: number};

export type UnlockDialog = Waiting & {
	readonly kind: 'unlock';
	readonly subject: Subject;
	readonly action: ActionName;
	readonly name: string;
	readonly typed: string;
};

/** Where the one thing that an action needs is typed. `Enter` leads on to its box, which sends nothing either. */
export type FormDialog = Waiting & {
	readonly kind: 'form';
	readonly subject: Subject;
	readonly action: ActionName;
	readonly text: string;
};

export type BoxDialog = Waiting & {
	readonly kind: 'box';
	readonly subject: Subject;
	readonly plan: ActionPlan;
	readonly letter: string;
	/** What must be typed, one after the other, before the letter counts. */
	readonly phrases: readonly string[];
	/** Which of them is being typed. */
	readonly phraseIndex: number;
	readonly typed: string;
	/** Since when everything is typed; undefined until then. The letter counts a moment later. */
	readonly armedAtMs: number | undefined;
};

/** What is on the screen. A box opens on Cancel, and no `Enter` in any of them sends anything. */
export type DialogState =
	| {readonly kind: 'closed'}
	| {
			readonly kind: 'menu';
			readonly subject: Subject;
			readonly rows: readonly MenuRow[];
			/** Among the rows that the search leaves. */
			readonly selected: number;
			/** What is searched for; undefined where nothing is. */
			readonly search?: string | undefined;
	  }
	| UnlockDialog
	| FormDialog
	| {readonly kind: 'preflighting'; readonly subject: Subject; readonly action: ActionName}
	| BoxDialog
	/** Sent, or about to be. */
	| {readonly kind: 'following'; readonly progress: ActionProgress}
	/** A command that is only shown. */
	| {readonly kind: 'text'; readonly subject: Subject; readonly record: NodeRecord; readonly id: ActionName}
	| {
			readonly kind: 'done';
			readonly title: string;
			/** What was shown before, when something was: its facts stay readable. */
			readonly plan: ActionPlan | undefined;
			readonly lines: readonly Line[];
			/** Opens what belongs to it, each by its letter. */
			readonly offers?: readonly Offer[];
			/** What `y` copies. */
			readonly command?: readonly string[] | undefined;
	  };

/** The box of another action, a key away from one that has ended. */
export type Offer = {
	readonly letter: string;
	readonly text: string;
	readonly node: NodeAddress;
	/** A cluster's name for the node, where it may be reached by another address than the cluster names. */
	readonly nodeId?: string | undefined;
	readonly choice: Choice;
};

export type Session = {
	readonly policy: ActionPolicy;
	readonly screen: {readonly columns: number; readonly rows: number};
	readonly dialog: DialogState;
	/** The action that was sent and isn't proved yet, whether its dialog is open or not. */
	readonly running: ActionProgress | undefined;
	/** One line for the operator, until the next key. */
	readonly notice: string | undefined;
	/** Counts preflights, so that the answer to one that was given up isn't taken for another's. */
	readonly ticket: number;
	/** What the menu was opened about, for the form. */
	readonly about?: {readonly record: NodeRecord; readonly selection: Selection} | undefined;
};

export type SessionEvent =
	| {readonly kind: 'opened'; readonly record: NodeRecord; readonly selection?: Selection | undefined}
	/** What this user may not do there, by the server's own word. */
	| {readonly kind: 'denied'; readonly address: NodeAddress; readonly denials: ReadonlyMap<ActionName, string>}
	/** An action by its id, past the menu. */
	| {readonly kind: 'chosen'; readonly record: NodeRecord; readonly choice: Choice}
	| {readonly kind: 'pressed'; readonly key: DialogKey}
	| {readonly kind: 'ticked'}
	| {readonly kind: 'resized'; readonly columns: number; readonly rows: number}
	/** The monitor's newest view of a node. */
	| {readonly kind: 'seen'; readonly subject: Subject}
	/** The connection that the plan was made on has ended. */
	| {readonly kind: 'connection-lost'}
	| {readonly kind: 'prepared'; readonly ticket: number; readonly plan: ActionPlan}
	| {readonly kind: 'preparation-failed'; readonly ticket: number; readonly why: string}
	| {readonly kind: 'progressed'; readonly progress: ActionProgress}
	| {readonly kind: 'finished'; readonly progress: ActionProgress}
	| {readonly kind: 'audit-failed'; readonly why: string}
	/** For the operator, from outside the session. */
	| {readonly kind: 'told'; readonly notice: string}
	/** redis-top ends. */
	| {readonly kind: 'ended'};

/** What the reducer wants done; `ActionController` does it. */
export type Effect =
	| {
			readonly kind: 'prepare';
			readonly ticket: number;
			readonly action: ActionName;
			readonly subject: Subject;
			readonly typed?: TypedValue | undefined;
	  }
	/** Go on with another action, once it is known what stands there now. */
	| {readonly kind: 'go-on'; readonly offer: Offer}
	/** To the terminal's clipboard. */
	| {readonly kind: 'copy'; readonly text: string}
	/** Find out what this user may do there. */
	| {readonly kind: 'ask-rights'; readonly address: NodeAddress}
	/** Close the connection of a plan that won't be sent. */
	| {readonly kind: 'release'}
	| {readonly kind: 'run'}
	| {readonly kind: 'audit'; readonly fact: AuditFact}
	/** For the event list: the end of an action, which may come long after its dialog was closed. */
	| {readonly kind: 'announce'; readonly progress: ActionProgress};

export type Step = {readonly session: Session; readonly effects: readonly Effect[]};

export const startSession = (policy: ActionPolicy, columns: number, rows: number): Session => ({
	policy,
	screen: {columns, rows},
	dialog: {kind: 'closed'},
	running: undefined,
	notice: undefined,
	ticket: 0,
});
