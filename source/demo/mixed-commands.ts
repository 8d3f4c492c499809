import type {LoadCommand} from './load-client.js';

const sessionCount = 50_000;
const userCount = 4000;
const filler = Array.from({length: 4096}, () => Math.floor(Math.random() * 36).toString(36)).join('');
const visitScript = "local n = redis.call('INCR', KEYS[1]) redis.call('EXPIRE', KEYS[1], ARGV[1]) return n";

let writtenEvents = 0;

/** A random integer from 0 to `below - 1`. */
const anyOf = (below: number): number => Math.floor(Math.random() * below);

/**
A random integer from 0 to `below - 1`. Nine of ten results are in the lowest twelfth, because applications send most of
their commands for a small part of their keys.
*/
const popularOf = (below: number): number => anyOf(Math.random() < 0.9 ? Math.ceil(below / 12) : below);

const value = (bytes: number): string => {
	const start = anyOf(filler.length - bytes);
	return filler.slice(start, start + bytes);
};

const session = (): string => `session:${popularOf(sessionCount)}`;
const user = (): string => `user:${popularOf(userCount)}`;

type Share = readonly [weight: number, command: () => LoadCommand];

/** The kinds of commands with their weights. About one read in eight finds no key. */
const shares: readonly Share[] = [
	[270, () => ['GET', session()]],
	[32, () => ['GET', `page:${anyOf(1_000_000)}`]],
	[100, () => writtenSession(session())],
	[90, () => ['SET', eventKey(), value(1500), 'EX', 60]],
	[25, () => ['MGET', session(), session(), session(), session()]],
	[60, () => ['HSET', user(), 'seen', anyOf(1e9), 'name', value(12), 'plan', 'basic', 'visits', anyOf(500)]],
	[90, () => ['HGETALL', user()]],
	[30, () => ['LPUSH', 'queue:mail', value(120)]],
	[30, () => ['LTRIM', 'queue:mail', 0, 499]],
	[40, () => ['LRANGE', 'queue:mail', 0, 9]],
	[90, () => ['INCR', `hits:${anyOf(50)}`]],
	[35, () => ['ZADD', 'leaderboard', anyOf(100_000), `player:${anyOf(5000)}`]],
	[35, () => ['ZREVRANGE', 'leaderboard', 0, 9, 'WITHSCORES']],
	[20, () => ['SADD', `tags:${anyOf(200)}`, `item:${anyOf(1000)}`]],
	[15, () => ['SISMEMBER', `tags:${anyOf(200)}`, `item:${anyOf(1000)}`]],
	[15, () => ['SET', `lock:${anyOf(5000)}`, 1, 'NX', 'EX', 3 + anyOf(20)]],
	[25, () => ['EXPIRE', session(), 600]],
	[20, () => ['DEL', `session:${anyOf(sessionCount)}`]],
	[10, () => ['EVAL', visitScript, 1, `visits:${anyOf(100)}`, 3600]],
	[8, () => ['PUBLISH', 'orders', value(40)]],
	[2, () => ['LPUSH', 'text:motd', 'this is a string']],
	[1, () => ['INCR', 'text:motd']],
];

const totalWeight = shares.reduce((sum, [weight]) => sum + weight, 0);

/**
One command of an application: a read, a write, a key with a time to live, a script, or now and then a WRONGTYPE error.
*/
export function anyCommand(): LoadCommand {
	let rest = Math.random() * totalWeight;
	for (const [weight, command] of shares) {
		rest -= weight;
		if (rest < 0) {
			return command();
		}
	}

	return ['PING'];
}

/**
The write that stores a session after a read did not find it; undefined for any other command. Without these writes,
evictions would in the end leave no session.
*/
export function afterMiss(command: LoadCommand): LoadCommand | undefined {
	const [name, key] = command;
	return name === 'GET' && String(key).startsWith('session:') ? writtenSession(String(key)) : undefined;
}

/** A random command that only reads, for the load on a replica. */
export const anyRead = (): LoadCommand => (Math.random() < 0.8 ? ['GET', session()] : ['HGETALL', user()]);

/** The first data set, written before the load starts, in pipelines of 1,000 commands. */
export function* firstData(): Generator<LoadCommand[]> {
	yield [
		['SET', 'text:motd', 'good morning'],
		['RPUSH', 'archive:orders', ...Array.from({length: 50_000}, () => value(8))],
	];
	for (let first = 0; first < 40_000; first += 1000) {
		yield Array.from({length: 1000}, (_, index) => writtenSession(`session:${first + index}`));
	}

	for (let first = 0; first < userCount; first += 1000) {
		yield Array.from({length: 1000}, (_, index) => [
			'HSET',
			`user:${first + index}`,
			'name',
			value(12),
			'plan',
			'basic',
		]);
	}
}

function writtenSession(key: string): LoadCommand {
	return ['SET', key, value(200 + anyOf(200)), 'EX', 300 + anyOf(600)];
}

function eventKey(): string {
	writtenEvents += 1;
	return `event:${writtenEvents}`;
}
