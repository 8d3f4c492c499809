import process from 'node:process';
import {ActionsController} from '../actions/actions-controller.js';
import {type AuditLog, auditLog} from '../actions/execute/audit-log.js';
import type {Config} from '../config/config.js';
import type {AuditFact} from '../domain/audit.js';
import {systemClock} from '../domain/clock.js';
import type {SilencerSource} from '../domain/silence.js';
import {homeFolder} from '../host/home-folder.js';
import {stateFolder} from '../host/own-folders.js';
import type {Fleet} from '../poll/fleet.js';
import type {MonitorStore} from '../state/monitor-store.js';
import {openActionPort} from '../wire/ioredis-port.js';
import {osUser} from './os-user.js';

export type ActionsParts = {
	readonly config: Config;
	readonly fleet: Fleet;
	readonly store: MonitorStore;
	/** Copies a text to the terminal's clipboard. Returns false when the text is too long for it. */
	readonly copy: (text: string) => boolean;
	/** The id of this run of redis-top in the audit log. */
	readonly session: string;
	/** Called with each line of the audit log, after it was written. */
	readonly onAudit: (fact: AuditFact) => void;
	/** Sets silences in Alertmanager; undefined without `--alertmanager`. */
	readonly silencer: SilencerSource | undefined;
};

function lockFlag({isWall, isMasked}: Config): string {
	if (isWall) {
		return 'wall';
	}

	return isMasked ? 'mask' : 'read-only';
}

/** An audit log that also passes each line to `onAudit`, after it was written to the disk. */
const told = (log: AuditLog, onAudit: (fact: AuditFact) => void): AuditLog => ({
	file: log.file,
	async append(fact) {
		await log.append(fact);
		onAudit(fact);
	},
});

/** Creates the controller of the guarded actions of a screen. The audit log is in the user's state folder. */
export function openActions({config, fleet, store, session, copy, onAudit, silencer}: ActionsParts): ActionsController {
	const actor = {session, osUser: osUser(), sshConnection: process.env.SSH_CONNECTION, pid: process.pid};
	const folder = stateFolder(process.env, homeFolder());
	return new ActionsController({
		folder,
		copy,
		silencer,
		osUser: actor.osUser,
		pid: actor.pid,
		gate: {
			openActionPort,
			audit: told(auditLog(folder, actor, systemClock), onAudit),
			clock: systemClock,
		},
		settingsOf: address => fleet.settingsOf(address),
		whyReadOnly: config.isReadOnly ? `redis-top was started with --${lockFlag(config)}` : undefined,
		startsUnlocked: config.allowsActions,
		isProduction: config.isProduction,
		columns: process.stdout.columns || 80,
		rows: process.stdout.rows || 24,
		announce: event => store.addEvents([event]),
	});
}
