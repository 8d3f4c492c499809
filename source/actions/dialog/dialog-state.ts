import type {ActionName, ActionPlan, ActionProgress} from '../../domain/action.js';
import type {AuditFact} from '../../domain/audit.js';
import type {NodeAddress, NodeRole, NodeState} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {Line} from '../../text/line.js';
import type {Selection, TypedValue} from '../catalogue/action-row.js';
import type {MenuGroup, MenuRow} from '../catalogue/catalogue.js';
import type {Choice} from '../catalogue/choice.js';
import type {ActionPolicy} from '../execute/guard.js';
import type {SilenceChoice} from './silence-choice.js';

/** The node that an action is for, as last polled. */
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

/**
The keys of one read from the keyboard. Several keys in one read are a `bunch`: a paste, or keys typed while redis-top
was busy. Its `text` has the characters of these keys. It is undefined if one of the keys is no character.
*/
export type DialogKey =
	| {readonly kind: 'character'; readonly text: string}
	| {readonly kind: 'bunch'; readonly text?: string | undefined}
	| {
			readonly kind: 'named';
			readonly name: 'enter' | 'escape' | 'backspace' | 'up' | 'down' | 'tab' | 'copy' | 'other';
	  };

/** A dialog that closes by itself if no key is pressed. Times are of `dialogClock`, in milliseconds. */
type Waiting = {readonly openedAtMs: number; readonly lastKeyAtMs: number};

export type UnlockDialog = Waiting & {
	readonly kind: 'unlock';
	readonly subject: Subject;
	readonly action: ActionName;
	readonly name: string;
	readonly typed: string;
};

/** The form for the value of the action's parameter. `Enter` leads to the preflight and sends nothing. */
export type FormDialog = Waiting & {
	readonly kind: 'form';
	readonly subject: Subject;
	readonly action: ActionName;
	readonly text: string;
};

export type ConfirmDialog = Waiting & {
	readonly kind: 'confirm';
	readonly subject: Subject;
	readonly plan: ActionPlan;
	readonly letter: string;
	/** The phrases that must be typed, one after the other, before the key that confirms the action is accepted. */
	readonly phrases: readonly string[];
	/** Index of the phrase that is being typed. */
	readonly phraseIndex: number;
	readonly typed: string;
	/**
	When the last phrase was completed; undefined until then. The key that confirms the action is accepted `typeAheadMs`
	later.
	*/
	readonly armedAtMs: number | undefined;
	/** The silence that the operator wants in Alertmanager; undefined where no silence can be set. */
	readonly silence?: SilenceChoice | undefined;
};

/**
The stages of a dialog. Where an action could be sent, Enter cancels or closes the dialog. Enter never sends an action.
*/
export type Dialog =
	| {readonly kind: 'closed'}
	| {
			readonly kind: 'menu';
			readonly subject: Subject;
			readonly rows: readonly MenuRow[];
			/** Index of the selected row among the rows that `shownRows` returns. */
			readonly selected: number;
			/** The search text; undefined while no search is open. */
			readonly search?: string | undefined;
			/** The opened group: only its rows are shown. Undefined: the rows of all groups are shown. */
			readonly group?: MenuGroup | undefined;
			/** An action on another node, offered where nothing can be sent to this one. */
			readonly offer?: Offer | undefined;
	  }
	| UnlockDialog
	| FormDialog
	| {readonly kind: 'preflighting'; readonly subject: Subject; readonly action: ActionName}
	| ConfirmDialog
	/** The silence is being set, before the action of the confirmed dialog is sent. */
	| {readonly kind: 'silencing'; readonly subject: Subject; readonly confirmed: ConfirmDialog}
	/** The dialog of a confirmed action, while its command is sent and its effect is observed. */
	| {readonly kind: 'following'; readonly progress: ActionProgress}
	/** The dialog of a command that redis-top never sends and that can only be copied. */
	| {readonly kind: 'shown-command'; readonly subject: Subject; readonly record: NodeRecord; readonly id: ActionName}
	| {
			readonly kind: 'done';
			readonly title: string;
			/** The plan of an action that was refused after its preflight. The facts of the plan stay readable. */
			readonly plan: ActionPlan | undefined;
			readonly lines: readonly Line[];
			/** The actions that continue or undo the action of the dialog. Each has a key that opens it. */
			readonly offers?: readonly Offer[];
			/** The command that the key `y` copies. */
			readonly command?: readonly string[] | undefined;
	  };

/** An action that a dialog offers when another action has ended. */
export type Offer = {
	readonly letter: string;
	readonly text: string;
	readonly node: NodeAddress;
	/** The node id in the cluster. redis-top may reach the node by another address than the cluster uses. */
	readonly nodeId?: string | undefined;
	readonly choice: Choice;
};

/** Everything that decides what the dialog shows and what a pressed key does. */
export type DialogState = {
	readonly policy: ActionPolicy;
	readonly screen: {readonly columns: number; readonly rows: number};
	readonly dialog: Dialog;
	/** The confirmed action that has not ended, even if its dialog was closed; undefined if no action is running. */
	readonly running: ActionProgress | undefined;
	/** One line for the operator, shown until the next key is pressed; undefined while there is nothing to say. */
	readonly notice: string | undefined;
	/**
	The number of the latest preflight or request for a silence. The late result of a cancelled request has a lower number
	and is ignored.
	*/
	readonly ticket: number;
	/**
	The number of the preflight that follows the last unlocking. Undefined if no name has unlocked actions yet.
	*/
	readonly unlockTicket?: number | undefined;
	/** The node and the selection that the menu was opened for. */
	readonly about?: {readonly record: NodeRecord; readonly selection: Selection} | undefined;
	/** The Alertmanagers in which a silence can be set, as text; undefined if there are none. */
	readonly alertmanager?: string | undefined;
};

export type DialogEvent =
	| {readonly kind: 'opened'; readonly record: NodeRecord; readonly selection?: Selection | undefined}
	/** The actions that the server does not allow this user, each with the reason, by ACL DRYRUN. */
	| {readonly kind: 'denied'; readonly address: NodeAddress; readonly denials: ReadonlyMap<ActionName, string>}
	/** An action was opened by its id, without the menu. */
	| {readonly kind: 'chosen'; readonly record: NodeRecord; readonly choice: Choice}
	| {readonly kind: 'pressed'; readonly key: DialogKey}
	| {readonly kind: 'ticked'}
	| {readonly kind: 'resized'; readonly columns: number; readonly rows: number}
	/** A node was polled again. Its process, role and reach may have changed. */
	| {readonly kind: 'seen'; readonly subject: Subject}
	/** The connection that the preflight opened has ended. */
	| {readonly kind: 'connection-lost'}
	| {
			readonly kind: 'prepared';
			readonly ticket: number;
			readonly plan: ActionPlan;
			/** When the node's present silence ends, in milliseconds since the epoch; undefined without a silence. */
			readonly silencedUntilMs?: number | undefined;
	  }
	/**
	Alertmanager has answered the request for a silence. `problem` is set even if only one of several Alertmanagers has
	failed. The other Alertmanagers may then have the silence.
	*/
	| {readonly kind: 'silenced'; readonly ticket: number; readonly problem: string | undefined}
	| {readonly kind: 'preparation-failed'; readonly ticket: number; readonly why: string}
	| {readonly kind: 'progressed'; readonly progress: ActionProgress}
	| {readonly kind: 'finished'; readonly progress: ActionProgress}
	| {readonly kind: 'audit-failed'; readonly why: string}
	/** The controller has a notice for the operator. */
	| {readonly kind: 'told'; readonly notice: string}
	/** redis-top ends; an open dialog is audited as aborted. */
	| {readonly kind: 'ended'};

/** A side effect that the reducer asks for and `ActionController` performs. */
export type Effect =
	| {
			readonly kind: 'prepare';
			readonly ticket: number;
			readonly action: ActionName;
			readonly subject: Subject;
			readonly typed?: TypedValue | undefined;
	  }
	/**
	Opens the dialog of an action that was offered at the end of another action. It uses the newest record of the node.
	*/
	| {readonly kind: 'go-on'; readonly offer: Offer}
	/** Copies a text to the terminal's clipboard. */
	| {readonly kind: 'copy'; readonly text: string}
	/** Asks the server which actions this user may run. */
	| {readonly kind: 'ask-rights'; readonly address: NodeAddress}
	/** Closes the connection of a preflight whose command is not sent. */
	| {readonly kind: 'release'}
	| {readonly kind: 'run'}
	/** Sets a silence. The event `silenced` reports the result. */
	| {
			readonly kind: 'silence';
			readonly ticket: number;
			readonly plan: ActionPlan;
			readonly durationMs: number;
	  }
	/** Lifts the silence that was set for the dialog's action, in every Alertmanager that has it. */
	| {readonly kind: 'lift-silence'}
	| {readonly kind: 'audit'; readonly fact: AuditFact}
	/** Adds the end of an action to the event list. The action's dialog may have been closed long before. */
	| {readonly kind: 'announce'; readonly progress: ActionProgress};

export type Transition = {readonly state: DialogState; readonly effects: readonly Effect[]};

export const newDialogState = (
	policy: ActionPolicy,
	columns: number,
	rows: number,
	alertmanager?: string,
): DialogState => ({
	policy,
	screen: {columns, rows},
	dialog: {kind: 'closed'},
	running: undefined,
	notice: undefined,
	ticket: 0,
	alertmanager,
});
