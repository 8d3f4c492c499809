import {cluAnnounce} from './clu-announce.js';
import {cluAsm} from './clu-asm.js';
import {cluConfig} from './clu-config.js';
import {cluCoverage} from './clu-coverage.js';
import {cluEpochDup} from './clu-epoch-dup.js';
import {cluGhost} from './clu-ghost.js';
import {cluKeySkew} from './clu-key-skew.js';
import {cluLinks} from './clu-links.js';
import {cluMigrating} from './clu-migrating.js';
import {cluMinority} from './clu-minority.js';
import {cluNoReplica} from './clu-no-replica.js';
import {cluNodeFail} from './clu-node-fail.js';
import {cluPlacement} from './clu-placement.js';
import {cluReplicaSkew} from './clu-replica-skew.js';
import {cluReplicaUnfit} from './clu-replica-unfit.js';
import {cluSlotSkew} from './clu-slot-skew.js';
import {cluSlotsFail} from './clu-slots-fail.js';
import {cluSlotsPfail} from './clu-slots-pfail.js';
import {cluSplit} from './clu-split.js';
import {cluState} from './clu-state.js';
import {cluView} from './clu-view.js';
import type {FleetRule} from './rule.js';

/** What the nodes of a cluster say of each other: what is lost first, advice last. */
export const clusterRules: readonly FleetRule[] = [
	cluNodeFail,
	cluSplit,
	cluMinority,
	cluState,
	cluCoverage,
	cluSlotsFail,
	cluSlotsPfail,
	cluView,
	cluLinks,
	cluEpochDup,
	cluMigrating,
	cluAsm,
	cluNoReplica,
	cluReplicaUnfit,
	cluPlacement,
	cluSlotSkew,
	cluKeySkew,
	cluReplicaSkew,
	cluGhost,
	cluAnnounce,
	cluConfig,
];
