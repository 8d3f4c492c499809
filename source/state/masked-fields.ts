import type {InfoReply} from '../domain/info-reply.js';
import type {Series} from '../domain/series.js';
import type {SecretKind} from '../text/pseudonyms.js';
import type {MonitorState} from './monitor-state.js';

/**
How the text of a field is masked.
- `plain`: a word of redis-top or of the protocol, or an id that no person chose; it is shown unchanged
- `address`: `host:port`; the port stays
- `text`: text that may hold names. The names in a message are masked by their kinds. In other text, known names are
replaced, and so is everything that looks like an address or a path
- a kind of pseudonym: the whole text is one name of this kind
*/
export type FieldMask = 'plain' | 'address' | 'text' | SecretKind;

/** Types whose own fields need no entry in `fieldMasks`. An InfoReply is masked by `masked-info.ts`. */
type Leaf = string | number | boolean | undefined | null | ((...given: never) => unknown) | InfoReply | Series;

type Items<T> =
	T extends ReadonlyMap<unknown, infer Item>
		? Item
		: T extends ReadonlySet<infer Item>
			? Item
			: T extends ReadonlyArray<infer Item>
				? Item
				: never;

type HasText<T> = T extends string
	? true
	: T extends Leaf
		? never
		: [Items<T>] extends [never]
			? never
			: HasText<Items<T>>;

/**
The names of all fields that hold text, at any depth. Parts of a message are left out, because each name in a message is
masked by its kind.
*/
type TextFields<T> = T extends Leaf | {readonly parts: unknown}
	? never
	: [Items<T>] extends [never]
		? {[Name in keyof T]-?: (true extends HasText<T[Name]> ? Name : never) | TextFields<T[Name]>}[keyof T]
		: TextFields<Items<T>>;

/**
How each field of the state that holds text is masked. The type check demands that every such field is listed. The text
of a field that is found only at run time is hidden.
*/
export const fieldMasks: Readonly<Record<TextFields<MonitorState>, FieldMask>> = {
	action: 'plain',
	address: 'address',
	adviceCost: 'text',
	tells: 'plain',
	arguments: 'key',
	at: 'plain',
	because: 'text',
	believed: 'plain',
	briefProblems: 'text',
	by: 'plain',
	refusedBy: 'plain',
	reported: 'plain',
	earlierAddress: 'host',
	certainty: 'plain',
	claimants: 'plain',
	clientAddress: 'address',
	clientName: 'client',
	clockSource: 'plain',
	clusterInfo: 'text',
	code: 'plain',
	command: 'text',
	console: 'plain',
	detail: 'text',
	direction: 'plain',
	effect: 'plain',
	engine: 'plain',
	event: 'plain',
	failed: 'plain',
	field: 'plain',
	flags: 'plain',
	forbidden: 'plain',
	grant: 'plain',
	groupName: 'key',
	group: 'path',
	file: 'path',
	folder: 'path',
	holds: 'text',
	host: 'host',
	hostname: 'host',
	id: 'plain',
	ids: 'plain',
	issuer: 'text',
	key: 'key',
	kind: 'plain',
	known: 'plain',
	lack: 'plain',
	lacks: 'plain',
	laggards: 'plain',
	lastDeliveredId: 'plain',
	lastExit: 'text',
	layer: 'plain',
	libraryName: 'text',
	libraryVersion: 'text',
	line: 'text',
	lines: 'text',
	linkState: 'plain',
	linkStatus: 'plain',
	localAddress: 'address',
	log: 'plain',
	login: 'plain',
	meaning: 'text',
	members: 'plain',
	message: 'text',
	name: 'text',
	names: 'text',
	node: 'address',
	meet: 'address',
	nodes: 'address',
	note: 'text',
	notKept: 'plain',
	object: 'text',
	operation: 'plain',
	origin: 'plain',
	osUser: 'user',
	otherNames: 'address',
	outcome: 'plain',
	owner: 'plain',
	path: 'path',
	peer: 'plain',
	phase: 'plain',
	primaryId: 'plain',
	prefix: 'key',
	problem: 'text',
	processName: 'text',
	reach: 'plain',
	reason: 'text',
	renamedCommands: 'plain',
	restart: 'plain',
	result: 'text',
	revert: 'text',
	rights: 'plain',
	role: 'plain',
	rule: 'plain',
	rules: 'plain',
	runId: 'plain',
	replicationId: 'plain',
	sampledKeys: 'key',
	save: 'plain',
	session: 'plain',
	setting: 'plain',
	settings: 'text',
	severity: 'plain',
	signature: 'plain',
	slotKeys: 'key',
	source: 'address',
	sshConnection: 'text',
	state: 'plain',
	states: 'plain',
	status: 'plain',
	statusPage: 'plain',
	step: 'plain',
	subject: 'address',
	suspected: 'plain',
	target: 'address',
	text: 'text',
	title: 'text',
	transparentHugePages: 'plain',
	ttlMs: 'plain',
	type: 'plain',
	unit: 'plain',
	unreached: 'address',
	user: 'user',
	value: 'text',
	waitsIn: 'plain',
	what: 'text',
	why: 'text',
	winner: 'plain',
	workingFolder: 'path',
};

const maskByName: ReadonlyMap<string, FieldMask> = new Map(Object.entries(fieldMasks));

/** How a field's text is masked; undefined for a field that is not listed, whose text must be hidden. */
export const fieldMask = (field: string): FieldMask | undefined => maskByName.get(field);
