import type {Finding} from '../../rules/finding.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {isOutage, rankedFindings} from '../../state/verdict.js';
import type {ViewState} from '../../state/view-state.js';

/**
The finding that line 2 is about: on its node, else on another node with the same problem. Before line 2 has a subject, it
is the most urgent finding. Undefined while line 2 names no problem, a problem that has ended, or an outage that is too
young to be a finding.
*/
export function subjectFinding(state: MonitorState, {subject}: Pick<ViewState, 'subject'>): Finding | undefined {
	if (subject?.endedAtMs !== undefined) {
		return undefined;
	}

	const ranked = rankedFindings(state).filter(({finding}) => finding.clearedAtMs === undefined);
	if (subject === undefined) {
		return ranked.find(({severity, causeKey}) => severity !== 'info' && causeKey === undefined)?.finding;
	}

	const {rule, node} = subject.problem;
	const alike = ranked
		.map(({finding}) => finding)
		.filter(finding => (rule === undefined ? isOutage(finding) : finding.rule === rule));
	const own = alike.filter(finding => finding.node === node);
	// A node that loads its data now may have refused connections a moment ago: that finding ends a few samples later.
	const isLoading = node !== undefined && state.nodes.get(node)?.reach === 'loading';
	const found = (isLoading && own.find(finding => finding.rule === 'srv.loading')) || own[0] || alike[0];
	// The steps against a command that holds the server are of more use than those against the silence.
	const {explainedBy} = subject.problem;
	return (
		(explainedBy !== undefined &&
			ranked.find(({finding}) => finding.rule === explainedBy && finding.node === found?.node)?.finding) ||
		found
	);
}
