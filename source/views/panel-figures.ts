import type {PanelId} from '../state/panel-table.js';
import type {Figure} from './figure.js';
import {auditFigures} from './panels/audit/audit-figures.js';
import {clientsFigures} from './panels/clients/clients-figures.js';
import {clusterFigures} from './panels/cluster/cluster-figures.js';
import {commandsFigures} from './panels/commands/commands-figures.js';
import {eventsFigures} from './panels/events/events-figures.js';
import {findingsFigures} from './panels/findings/findings-figures.js';
import {keysFigures} from './panels/keys/keys-figures.js';
import {memoryFigures} from './panels/memory/memory-figures.js';
import {overviewFigures} from './panels/overview/overview-figures.js';
import {persistenceFigures} from './panels/persistence/persistence-figures.js';
import {replicationFigures} from './panels/replication/replication-figures.js';
import {slowlogFigures} from './panels/slowlog/slowlog-figures.js';

/**
The explanations of each panel's figures, for the help. Panels don't import these explanations: only the help needs
them, and without them the first screen is loaded sooner.
*/
export const panelFigures: Readonly<Record<PanelId, readonly Figure[]>> = {
	overview: overviewFigures,
	memory: memoryFigures,
	replication: replicationFigures,
	clients: clientsFigures,
	commands: commandsFigures,
	slowlog: slowlogFigures,
	persistence: persistenceFigures,
	cluster: clusterFigures,
	findings: findingsFigures,
	events: eventsFigures,
	keys: keysFigures,
	audit: auditFigures,
};
