import type {FoundServer, HostEvidence, LocalEvidence, SupervisorEvidence} from '../domain/host-evidence.js';
import {bytes, percent, unknown} from '../text/units.js';

export type Fact = readonly [label: string, value: string];

const stateWords: Readonly<Record<FoundServer['state'], string>> = {
	running: 'running',
	sleeping: 'waiting for work',
	'disk-wait': 'waiting for a disk',
	stopped: 'stopped',
	zombie: 'dead (zombie)',
	unknown: 'in an unknown state',
};

const place = (address: string, port: number): string =>
	port === 0 ? `unix:${address}` : `${address.includes(':') ? `[${address}]` : address}:${port}`;

function supervisorWords(supervisor: SupervisorEvidence | undefined): string {
	switch (supervisor?.kind) {
		case undefined:
			return unknown;
		case 'none':
			return 'nobody: started by hand or by a script';
		case 'systemd': {
			const restarts = supervisor.restarts ? `, restarted ${supervisor.restarts} times` : '';
			return (
				[supervisor.unit, supervisor.state, supervisor.lastExit].filter(part => part !== undefined).join(', ') +
				restarts
			);
		}

		case 'container': {
			const {engine, id, name, state, lastExit} = supervisor;
			return [`${engine} ${name ?? id}`, state, lastExit].filter(part => part !== undefined).join(', ');
		}
	}
}

function processFacts({process, earlierProcess, servers}: LocalEvidence): Fact[] {
	if (process === undefined) {
		const others = servers.map(({name, processId, state, listens, title}) => {
			const where =
				listens.length > 0 ? listens.map(({address, port}) => place(address, port)).join(', ') : (title ?? '?');
			return `${name} ${processId} ${stateWords[state]} on ${where}`;
		});
		return [
			[
				'process',
				earlierProcess === undefined
					? 'none found for this target'
					: `none found for this target; process ${earlierProcess.processId} has ended`,
			],
			['others', others.length === 0 ? 'no Redis or Valkey process' : others.slice(0, 6).join('; ')],
		];
	}

	const {processId, name, state, waitsIn, residentBytes, swappedBytes, openFiles, openFilesLimit} = process;
	const limit = openFilesLimit === Number.POSITIVE_INFINITY ? 'unlimited' : (openFilesLimit ?? unknown);
	return [
		['process', `${processId} ${name}, ${stateWords[state]}${waitsIn === undefined ? '' : ` in ${waitsIn}`}`],
		[
			'memory',
			`${bytes(residentBytes)} resident, ${bytes(swappedBytes)} in swap, ${bytes(process.hugePageBytes)} in huge pages`,
		],
		['files', `${openFiles ?? unknown} open of ${limit}`],
	];
}

function machineFacts({kernel, cgroup, folder}: LocalEvidence): Fact[] {
	const disk =
		folder === undefined
			? []
			: folder.isMissing === true
				? [['dir', `${folder.path}, the folder is gone`] as const]
				: [
						[
							'dir',
							`${folder.path}, ${bytes(folder.freeBytes)} free of ${bytes(folder.totalBytes)}, ${
								folder.isWritable === undefined
									? 'rights unknown'
									: folder.isWritable
										? 'writable'
										: 'NOT writable for it'
							}${folder.rights === undefined ? '' : ` (${folder.rights})`}`,
						] as const,
					];
	const limit = cgroup?.limitBytes;
	const share = limit === undefined || cgroup?.usedBytes === undefined ? undefined : cgroup.usedBytes / limit;
	return [
		...disk,
		[
			'machine',
			`${bytes(kernel.availableMemoryBytes)} of ${bytes(kernel.totalMemoryBytes)} available, swap ${bytes(kernel.freeSwapBytes)} free of ${bytes(kernel.totalSwapBytes)}`,
		],
		[
			'kernel',
			`overcommit_memory ${kernel.overcommitMemory ?? unknown}, huge pages ${kernel.transparentHugePages ?? unknown}, somaxconn ${kernel.maximumBacklog ?? unknown}`,
		],
		...(cgroup === undefined
			? []
			: [
					[
						'group',
						limit === undefined
							? `${bytes(cgroup.usedBytes)} used, no memory limit`
							: `${bytes(cgroup.usedBytes)} of ${bytes(limit)} (${percent(share)}), ${cgroup.oomKills ?? unknown} killed for memory`,
					] as const,
				]),
	];
}

/**
The facts about a server that this machine shows, as pairs of label and value. If a value cannot be read, the reason
stands in its place.
*/
export function hostFacts(host: HostEvidence | undefined): readonly Fact[] {
	if (host === undefined) {
		return [];
	}

	if (host.kind !== 'here') {
		return [['machine', host.why]];
	}

	const {listeners, supervisor, log, gaps} = host;
	const listens = listeners.map(({address, port, processId, processName, queued}) => {
		const who = processId === undefined ? 'somebody' : `${processName ?? '?'} ${processId}`;
		return `${place(address, port)} by ${who}${queued ? `, ${queued} wait` : ''}`;
	});
	return [
		...processFacts(host),
		['port', listens.length === 0 ? 'nobody listens' : listens.join('; ')],
		['run by', supervisorWords(supervisor)],
		...machineFacts(host),
		...(log === undefined
			? []
			: [['log', log.source] as const, ...log.lines.slice(-3).map(line => ['', line] as const)]),
		...gaps.map(({what, why}) => ['not seen', `${what}: ${why}`] as const),
	];
}
