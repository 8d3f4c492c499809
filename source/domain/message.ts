import type {NodeAddress, NodeId} from './node.js';

/**
What a name in a message stands for. `service` is a unit or a container. `quote` is text from a server, a log or a file,
unchanged.
*/
export type NameKind =
	| 'node'
	| 'host'
	| 'client'
	| 'user'
	| 'key'
	| 'channel'
	| 'path'
	| 'primary'
	| 'service'
	| 'quote';

/**
A name given by a server, a client or an operator. Whoever prints the message decides how to show it: whole, shortened
or masked.
*/
export type Name = {readonly kind: NameKind; readonly name: string};

/**
A text that redis-top composed. Names are kept apart from the other words, so that nobody has to search the text for
names to mask or shorten them.
*/
export type Message = string | {readonly parts: ReadonlyArray<string | Name>};

/** How a name is printed. */
export type ShowName = (name: Name) => string;

export const nodeName = (address: NodeAddress): Name => ({kind: 'node', name: address});

export const nameOf = (kind: NameKind, name: string): Name => ({kind, name});

type Part = string | number | Name | Message | undefined;

/** The type of a message's part. A node's address or id is refused, because it must be wrapped as a name. */
type Allowed<P> = P extends NodeAddress | NodeId ? never : P;

/**
Composes a message: `` message`replicates from ${nodeName(primary)} for ${seconds(60)}` ``. Without a name the result is
a plain string. Undefined parts are left out.
*/
export function message<const Parts extends readonly Part[]>(
	strings: TemplateStringsArray,
	...values: {readonly [Index in keyof Parts]: Allowed<Parts[Index]>}
): Message {
	const parts: Part[] = [];
	for (let index = 0; index < strings.length; index++) {
		parts.push(strings[index], values[index]);
	}

	return joined(parts);
}

/** Joins messages with `separator` between them. Undefined messages are left out. */
export function joinMessages(messages: ReadonlyArray<Message | Name | undefined>, separator: string): Message {
	const given = messages.filter(part => part !== undefined);
	return joined(given.flatMap((part, index): Part[] => (index === 0 ? [part] : [separator, part])));
}

function joined(given: readonly Part[]): Message {
	const parts: Array<string | Name> = [];
	// Rules make many messages a second, so that the loops allocate neither lists nor iterators.
	for (let index = 0; index < given.length; index++) {
		const part = given[index];
		if (typeof part !== 'object' || !('parts' in part)) {
			addPiece(parts, part);
			continue;
		}

		for (let at = 0; at < part.parts.length; at++) {
			addPiece(parts, part.parts[at]);
		}
	}

	return parts.every(part => typeof part === 'string') ? parts.join('') : {parts};
}

function addPiece(parts: Array<string | Name>, piece: string | number | Name | undefined): void {
	if (typeof piece === 'object') {
		parts.push(piece);
	} else if (piece !== undefined && piece !== '') {
		const last = parts.at(-1);
		if (typeof last === 'string') {
			parts[parts.length - 1] = last + String(piece);
		} else {
			parts.push(String(piece));
		}
	}
}

const wholeName: ShowName = ({name}) => name;

/** The message as text. `show` prints each name; by default names are printed whole. */
export const messageText = (text: Message, show: ShowName = wholeName): string =>
	typeof text === 'string' ? text : text.parts.map(part => (typeof part === 'string' ? part : show(part))).join('');

/** Whether a message has a name of a kind. */
export const namesKind = (text: Message | undefined, kind: NameKind): boolean =>
	typeof text === 'object' && text.parts.some(part => typeof part === 'object' && part.kind === kind);
