import {hostFact, setting} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The process may open fewer files than `maxclients` needs. Seen where the server runs on this machine. It keeps 32 for itself.
*/
export const cliFdlimit = nodeRule({
	id: 'cli.fdlimit',
	needs: {limit: hostFact(({process}) => process?.openFilesLimit), clients: setting('maxclients')},
	evaluate({limit, clients}) {
		const needed = Number(clients) + 32;
		return limit >= needed
			? clear
			: fires('warning', `may open ${limit} files, but maxclients ${clients} needs ${needed}`, {
					evidence: [
						{name: 'open files limit', value: limit, unit: 'count'},
						{name: 'maxclients', value: Number(clients), unit: 'count'},
					],
					meaning: 'It runs out of file descriptors before maxclients: connections then fail without a clear error.',
					next: [words('raise LimitNOFILE of its unit (or ulimit -n), then restart'), words('or lower maxclients')],
					action: null,
				});
	},
});
