import {type Message, message, nameOf} from '../domain/message.js';
import {setting} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

/**
Folders that no server saves into, but intruders use: the tables of cron, keys of SSH, start scripts. Source:
https://redis.io/docs/latest/operate/oss_and_stack/management/security/ and the reports on the server's issue tracker.
*/
const foreignFolder =
	/(?:^|\/)(?:cron(?:\.[a-z]+|tabs)?|\.ssh|init\.d|rc\d?\.d|profile\.d|systemd|www|htdocs|public_html)(?:\/|$)/;

/** File names that no server saves to, but intruders use. The sources are those of `foreignFolder`. */
const foreignFile =
	/^(?:authorized_keys\d?|root|crontab|ld\.so\.preload|\.bashrc|\.profile)$|\.(?:php|jspx?|aspx?|sh|so)$/i;

export const secIntrusion = rule({
	id: 'sec.intrusion',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads `dir` and `dbfilename`. An intruder of an open server has it save its data into a folder of cron, SSH, start scripts or a web server, or as a file that such a program reads, and so runs commands on the machine.',
		since: 'any',
		falsePositives: [
			'A data folder may have an unusual name. Only folders and files that other programs execute or trust count.',
		],
	},
	raiseAfter: 1,
	needs: {dir: setting('dir'), file: setting('dbfilename')},
	evaluate({dir, file}, facts) {
		const where: Message | undefined =
			foreignFolder.test(dir) || foreignFile.test(file) ? message`${nameOf('path', `${dir}/${file}`)}` : undefined;
		if (where === undefined) {
			return clear;
		}

		return fires('critical', {
			problem: message`was probably broken into`,
			detail: 'no server is set to save there',
			reason: message`saves as ${where}`,
			effect: 'data-lost',
			evidence: [
				{name: 'dir', value: message`${nameOf('path', dir)}`},
				{name: 'dbfilename', value: message`${nameOf('path', file)}`},
			],
			meaning:
				'With CONFIG SET dir and a save, whoever reaches the server writes a file that its machine executes. The machine has to be taken as compromised, and its keys as read.',
			next: [
				hint('take the server off the network: a firewall, bind, then a password and ACLs'),
				hint(
					'keep that file and the log as evidence, and look for others of that day: crontabs, authorized_keys, new users',
				),
				redisCli(facts, 'CLIENT LIST   # who is connected, and from where'),
				redisCli(facts, 'MODULE LIST   # a module that nobody installed runs foreign code'),
				hint('set up the machine again; restore the data from a backup of before'),
			],
		});
	},
});

export const intrusionRules = [secIntrusion] as const;
