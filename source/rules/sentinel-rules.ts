import type {FleetRule} from './rule.js';
import {senCount} from './sen-count.js';
import {senDisagree} from './sen-disagree.js';
import {senDown} from './sen-down.js';
import {senFailing} from './sen-failing.js';
import {senNoReplica} from './sen-no-replica.js';
import {senQuorum} from './sen-quorum.js';

/** What the sentinels of one primary say together, the worst first. */
export const sentinelRules: readonly FleetRule[] = [
	senDown,
	senQuorum,
	senDisagree,
	senFailing,
	senNoReplica,
	senCount,
];
