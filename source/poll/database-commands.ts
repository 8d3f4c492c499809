import type {Exchange} from '../domain/sample.js';
import {watchedPlace} from '../domain/watched-key.js';
import {type Reply, ReplyFailure} from '../wire/redis-port.js';
import {type PollRequest, requestOf} from './requests.js';

/** A request, the words that are sent for it, and the database in which the words are sent. */
type Placed = {readonly request: PollRequest; readonly command: readonly string[]; readonly database: number};

const selectionOf = (database: number): Placed => {
	const command = ['SELECT', String(database)];
	return {request: {kind: 'select-database', command}, command, database};
};

function placed(request: PollRequest): Placed {
	const {kind, command} = request;
	if (requestOf(kind).namesWatchedKey !== true) {
		return {request, command, database: 0};
	}

	const {database, key} = watchedPlace(command.at(-1) ?? '');
	return {request, command: [...command.slice(0, -1), key], database};
}

/** The database in which a request is sent. It is 0 for all requests except those of watched keys. */
export const databaseOf = (request: PollRequest): number => placed(request).database;

/**
The order in which the commands of one write are sent. The commands of database 0 come first. The commands of each other
database follow a SELECT of that database. A last SELECT 0 returns to database 0, where the next poll begins. If the
connection breaks before this SELECT, the new connection begins in database 0 anyway.
*/
export class DatabaseOrder {
	readonly #sent: readonly Placed[];

	constructor(requests: readonly PollRequest[]) {
		const byDatabase = Map.groupBy(requests.map(placed), ({database}) => database);
		const others = [...byDatabase].filter(([database]) => database !== 0).sort(([one], [other]) => one - other);
		this.#sent = [
			...(byDatabase.get(0) ?? []),
			...others.flatMap(([database, those]) => [selectionOf(database), ...those]),
			...(others.length === 0 ? [] : [selectionOf(0)]),
		];
	}

	get commands(): ReadonlyArray<readonly string[]> {
		return this.#sent.map(({command}) => command);
	}

	/**
	The requests with their replies. If a SELECT was refused, the replies to the requests after it are left out, because
	the server ran these requests in another database.
	*/
	exchangesOf(replies: readonly Reply[]): Exchange[] {
		const refused = new Set(
			this.#sent.flatMap(({request, database}, at) =>
				request.kind === 'select-database' && replies[at] instanceof ReplyFailure ? [database] : [],
			),
		);
		return this.#sent.flatMap(({request: {kind, command}, database}, at): Exchange[] => {
			const isSelection = kind === 'select-database';
			const isKept = isSelection ? database !== 0 : !refused.has(database);
			return isKept ? [{kind, command, reply: replies[at] ?? null}] : [];
		});
	}
}
