import type {Figure} from '../../figure.js';

/** What each label of the panel Clients means: the reply and field that it comes from, and which values are bad. */
export const clientsFigures: readonly Figure[] = [
	['ID, ADDRESS, NAME', 'id, addr and name of CLIENT LIST. (own) is a connection of redis-top.'],
	['USER, DB', 'user and db of CLIENT LIST.'],
	['AGE, IDLE', 'age and idle: seconds since it connected, and since its last command.'],
	[
		'OMEM',
		'omem: replies that wait for the client to read them. Marked from half of the soft limit of its class; at the hard limit the server closes it.',
	],
	[
		'OF LIMIT',
		'omem as a share of the hard limit of its class by client-output-buffer-limit: normal, replica, pubsub.',
	],
	['TOTAL', 'tot-mem: all memory of the connection.'],
	['QBUF', 'qbuf: what it sent and the server has not read as a command.'],
	[
		'CMD/S, IN/S, OUT/S',
		'Growth of tot-cmds, tot-net-in and tot-net-out between two lists, a second (Valkey 8.0, Redis 8.2). A dash: the server does not count them.',
	],
	['most bytes, commands', 'The busiest client, and its share of what all listed clients do.'],
	['FLAGS', 'flags: N normal, M and S replication, P pub/sub, b blocked, O MONITOR, which can halve the throughput.'],
	['COMMAND', 'cmd: the last command.'],
	['LIBRARY', 'lib-name and lib-ver, as the client gave them.'],
	['BY NAME, BY ADDRESS, BY USER, BY LIBRARY', 'What the connections of a group have in common.'],
	['COUNT, SHARE', 'Connections of the group, and their share of all.'],
	['IDLE>1m', 'Share of the group that sent nothing for a minute.'],
	['CLIENT, OUT, MEM', 'On the overview: omem and tot-mem.'],
];
