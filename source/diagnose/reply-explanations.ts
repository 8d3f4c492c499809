import type {NextStep} from '../domain/finding.js';
import type {Explanation, Place} from '../rules/connection-explanations.js';
import {quoted} from '../rules/node-facts.js';
import {largeRepliesMeaning, packetSizeSteps} from '../rules/packet-size.js';

const words = (text: string): NextStep => ({kind: 'words', text});
const ask = ({cli}: Place, text: string): NextStep => ({kind: 'command', text: `${cli} ${text}`});

const credentials = (place: Place): Explanation => ({
	meaning:
		'The server is there. It turns away a wrong password, a user that does not exist and a user that is off with the same words.',
	confirm: [
		ask(place, 'PING   # with the same credentials'),
		{kind: 'command', text: `${place.administratorCli} ACL GETUSER ${quoted(place.user ?? 'default')}`},
	],
	next: [
		words(
			'ACL GETUSER tells an administrator which: nothing, no such user; flags off, ACL SETUSER NAME on; flags on, the password',
		),
		words('take the secret afresh from where it is kept; a token of a cloud identity expires'),
		words('do not try in a loop: it locks accounts out and raises alarms'),
	],
});

const wantsPassword = (place: Place): Explanation => ({
	meaning: 'The server is there and wants credentials; it says the same when its default user is switched off.',
	confirm: [ask(place, 'PING')],
	next: [words('give them: --askpass, --pass-file FILE or REDISCLI_AUTH; with users also --user NAME')],
});

const busy =
	(kill: string) =>
	(place: Place): Explanation => ({
		meaning: 'One script holds the server up: everything else waits, INFO too.',
		confirm: [ask(place, 'PING')],
		next: [
			ask(place, kill),
			words('if it has written already, it cannot be ended: wait, or SHUTDOWN NOSAVE and lose what was not saved'),
			words('the log names it: Slow script detected'),
		],
	});

/** Explanations of error replies, and of the server states that cause them, by the reply's first word. */
export const replyExplanations: ReadonlyMap<string, (place: Place) => Explanation> = new Map<
	string,
	(place: Place) => Explanation
>([
	['NOAUTH', wantsPassword],
	['WRONGPASS', credentials],
	['INVALID_PASSWORD', credentials],
	[
		'NEEDLESS_PASSWORD',
		() => ({
			meaning: 'A password was given and none is set: everybody who reaches the port is in.',
			confirm: [],
			next: [words('leave the password out, or set one (requirepass, ACL SETUSER)')],
		}),
	],
	[
		'NO_USERS',
		() => ({
			meaning: 'The server is older than Redis 6 and knows a password without users.',
			confirm: [],
			next: [words('leave the user out')],
		}),
	],
	[
		'NOPERM',
		place => ({
			meaning: 'The user is known and may not run this command: the server is fine, what we see of it is not.',
			confirm: [ask(place, 'ACL WHOAMI')],
			next: [words('redis-top acl prints the line that grants what the monitor needs')],
		}),
	],
	[
		'TIMEOUT',
		place => ({
			meaning:
				'The kernel took the connection and the server does not answer: it is stopped, waits for a disk, pauses its clients (CLIENT PAUSE), or one long command holds it up.',
			confirm: [ask(place, 'PING')],
			next: [
				words('wait and look again: a script answers BUSY after five seconds'),
				words("on its machine: the process' state in /proc/PID/status (T stopped, D waits for a disk) and top"),
				words('restart it only when its process is dead: a hung one may come back with its data'),
			],
		}),
	],
	[
		'LARGE_REPLIES',
		place => ({
			meaning: largeRepliesMeaning,
			confirm: [ask(place, 'INFO cpu   # a small reply comes'), ask(place, 'INFO   # a large one does not')],
			next: packetSizeSteps(place.endpoint),
		}),
	],
	[
		'LOADING',
		place => ({
			meaning: 'The server reads its data set from disk and refuses data commands until it has it.',
			confirm: [ask(place, 'INFO persistence')],
			next: [
				words('wait: a restart would begin from the start'),
				words('if the progress stands still, look at its disk'),
			],
		}),
	],
	['BUSY', busy('SCRIPT KILL')],
	['BUSY_FUNCTION', busy('FUNCTION KILL')],
	[
		'BUSY_MODULE',
		place => ({
			meaning: 'A command of a module holds the server up.',
			confirm: [ask(place, 'PING')],
			next: [words('wait: it cannot be ended'), words('the log and the module tell which it is')],
		}),
	],
	[
		'MASTERDOWN',
		place => ({
			meaning:
				'A replica without a link to its primary. With replica-serve-stale-data no it refuses reads (MASTERDOWN), else it serves the data it has.',
			confirm: [ask(place, 'INFO replication')],
			next: [
				words('bring the primary or the link to it back'),
				ask(place, 'CONFIG SET replica-serve-stale-data yes   # reads then get old data'),
			],
		}),
	],
	[
		'MISCONF_RDB',
		place => ({
			meaning:
				'The last RDB save failed, and the server refuses writes rather than keep what it cannot save (stop-writes-on-bgsave-error).',
			confirm: [ask(place, 'INFO persistence')],
			next: [
				words(
					'free the disk, or give it the right to write into dir; for "fork: Cannot allocate memory" set vm.overcommit_memory to 1',
				),
				ask(place, 'BGSAVE   # one that succeeds ends it'),
				ask(place, 'CONFIG SET stop-writes-on-bgsave-error no   # writes at the risk of losing them; take it back'),
			],
		}),
	],
	[
		'MISCONF_AOF',
		place => ({
			meaning: 'The append-only file cannot be written, and the server refuses writes.',
			confirm: [ask(place, 'INFO persistence')],
			next: [
				words('free the disk: the server goes on by itself'),
				ask(
					place,
					'CONFIG SET appendonly no   # writes at the risk of losing them; and never restart with a stale file',
				),
			],
		}),
	],
	[
		'OOM',
		place => ({
			meaning:
				'The server uses more than maxmemory and its policy lets it evict nothing: reads and deletes work, writes do not.',
			confirm: [ask(place, 'INFO memory'), ask(place, 'MEMORY STATS')],
			next: [
				words('raise maxmemory if the machine has room'),
				words('delete what is not needed, or give keys an end (EXPIRE)'),
				words(
					'an evicting policy on a server that overhead fills may wipe everything: look at used_memory_overhead first',
				),
			],
		}),
	],
	[
		'READONLY',
		place => ({
			meaning: 'This is a replica: it serves reads and refuses writes.',
			confirm: [ask(place, 'ROLE')],
			next: [words('writers must go to the primary: an endpoint or Sentinel that follows failovers')],
		}),
	],
	[
		'NOREPLICAS',
		place => ({
			meaning: 'Fewer replicas keep up than min-replicas-to-write asks for, and the server refuses writes.',
			confirm: [ask(place, 'INFO replication')],
			next: [
				words('bring the replicas back, or their links'),
				ask(place, 'CONFIG SET min-replicas-to-write 0   # writes without a copy; take it back'),
			],
		}),
	],
	[
		'CLUSTERDOWN',
		place => ({
			meaning:
				'This node calls its cluster failed: slots without a primary, or it sees only a minority of the primaries.',
			confirm: [ask(place, 'CLUSTER INFO'), ask(place, 'CLUSTER NODES')],
			next: [
				words('look which nodes are marked fail, and bring them back'),
				words('redis-top on this node shows the whole cluster: panel 8'),
			],
		}),
	],
]);
