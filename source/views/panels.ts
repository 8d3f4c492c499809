import type {Panel} from './panel.js';
import {auditPanel} from './panels/audit.js';
import {clientsPanel} from './panels/clients.js';
import {clusterPanel} from './panels/cluster.js';
import {commandsPanel} from './panels/commands.js';
import {eventsPanel} from './panels/events.js';
import {findingsPanel} from './panels/findings.js';
import {memoryPanel} from './panels/memory.js';
import {overviewPanel} from './panels/overview.js';
import {persistencePanel} from './panels/persistence.js';
import {replicationPanel} from './panels/replication.js';
import {slowlogPanel} from './panels/slowlog.js';

/** Every panel, in the order of its digits: 1 to 9, then 0 and a. */
export const panels: readonly Panel[] = [
	overviewPanel,
	memoryPanel,
	replicationPanel,
	clientsPanel,
	commandsPanel,
	slowlogPanel,
	persistencePanel,
	clusterPanel,
	findingsPanel,
	eventsPanel,
	auditPanel,
];
