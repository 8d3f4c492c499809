import type {Effect} from '../../domain/finding.js';

type EffectText = {
	/** The name of the effect in a table. */
	readonly label: string;
	/** The text that completes "10.0.1.11:6379 …", in the past tense. */
	readonly happened: string;
	/** The text that completes "10.0.1.11:6379 and 10.0.1.12:6379 …"; by default the text for one node. */
	readonly happenedToSeveral?: string;
	/** Whether users feel the effect. False for a mere risk, such as data that a crash would lose. */
	readonly isFelt: boolean;
};

/** The texts for each effect in a report. They are in the past tense, because a report is written afterwards. */
export const effectTexts: Readonly<Record<Effect, EffectText>> = {
	unreachable: {label: 'unreachable', happened: 'was unreachable', happenedToSeveral: 'were unreachable', isFelt: true},
	'not-responding': {label: 'not responding', happened: 'did not respond', isFelt: true},
	'slots-unserved': {label: 'slots not served', happened: 'did not serve some slots', isFelt: true},
	'writes-refused': {label: 'writes refused', happened: 'refused writes', isFelt: true},
	'reads-refused': {label: 'reads refused', happened: 'refused reads', isFelt: true},
	'writes-paused': {label: 'writes waited', happened: 'let writes wait', isFelt: true},
	'connections-refused': {label: 'new connections refused', happened: 'refused new connections', isFelt: true},
	'data-lost': {label: 'data lost', happened: 'lost keys whose writes were acknowledged', isFelt: true},
	'reads-stale': {label: 'reads stale', happened: 'returned old data', isFelt: true},
	'keys-evicted': {label: 'keys evicted', happened: 'evicted keys before they expired', isFelt: true},
	slow: {label: 'slow', happened: 'was slow', happenedToSeveral: 'were slow', isFelt: true},
	'failover-impossible': {
		label: 'no failover possible',
		happened: 'had no replica to replace it',
		happenedToSeveral: 'had no replicas to replace them',
		isFelt: false,
	},
	'data-at-risk': {label: 'data at risk', happened: 'would have lost data in a crash', isFelt: false},
};
