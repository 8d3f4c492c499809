import path from 'node:path';
import {Replay} from '../../source/app/replay.js';
import {Recording} from '../../source/record/recording.js';
import {findingChanges, type OpenFindings, openFindings} from '../../source/report/check/finding-change.js';
import {findingText} from '../../source/rules/finding.js';

const folder = path.join('test', 'recordings');

export const recordingFile = (name: string): string => path.join(folder, `${name}.rtr`);
export const expectationFile = (name: string): string => path.join(folder, `${name}.txt`);

const everyRule = {only: undefined, skip: []};

/**
What this version finds in a recording: a line for each warning or critical finding that opens, changes or closes, with the
second of the recording at which it does.
*/
export function foundIn(file: string): string[] {
	const recording = Recording.open([file]);
	const replay = new Replay(recording);
	const lines: string[] = [];
	let known: OpenFindings = new Map();
	for (let second = 1; !replay.isAtEnd; second++) {
		replay.advance(recording.beganMs + second * 1000);
		const now = openFindings(
			replay.get().findings.filter(({severity}) => severity !== 'info'),
			everyRule,
		);
		for (const {event, finding} of findingChanges(known, now)) {
			const {severity, rule, node = 'deployment'} = finding;
			lines.push(`${String(second).padStart(3)} s  ${event}  ${severity}  ${rule}  ${node}  ${findingText(finding)}`);
		}

		known = now;
	}

	recording.close();
	return lines;
}
