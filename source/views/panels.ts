// Written by `npm run generate` from the table of panels, source/state/panel-table.ts.
import {type PanelId, panelTable} from '../state/panel-table.js';
import type {Panel} from './panel.js';
import {auditPanel} from './panels/audit/audit.js';
import {clientsPanel} from './panels/clients/clients.js';
import {clusterPanel} from './panels/cluster/cluster.js';
import {commandsPanel} from './panels/commands/commands.js';
import {eventsPanel} from './panels/events/events.js';
import {findingsPanel} from './panels/findings/findings.js';
import {keysPanel} from './panels/keys/keys.js';
import {memoryPanel} from './panels/memory/memory.js';
import {overviewPanel} from './panels/overview/overview.js';
import {persistencePanel} from './panels/persistence/persistence.js';
import {replicationPanel} from './panels/replication/replication.js';
import {slowlogPanel} from './panels/slowlog/slowlog.js';

/** Each panel by its id. */
export const panelById: Readonly<Record<PanelId, Panel>> = {
	overview: overviewPanel,
	memory: memoryPanel,
	replication: replicationPanel,
	clients: clientsPanel,
	commands: commandsPanel,
	slowlog: slowlogPanel,
	persistence: persistencePanel,
	cluster: clusterPanel,
	findings: findingsPanel,
	events: eventsPanel,
	keys: keysPanel,
	audit: auditPanel,
};

/** Every panel, in the order of the table. */
export const panels: readonly Panel[] = panelTable.map(({id}) => panelById[id]);
