import {secIntrusion} from '../../source/rules/intrusion.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const saves = (dir: string, dbfilename = 'dump.rdb'): FactsParts => ({config: {dir, dbfilename}});

testRule(secIntrusion, [
	['the usual folder', saves('/var/lib/redis'), 'clear'],
	['a folder whose name has the word in it', saves('/data/cronjobs-cache'), 'clear'],
	['a folder of a web application', saves('/srv/www-cache/redis'), 'clear'],
	[
		'the tables of cron',
		saves('/var/spool/cron/crontabs', 'root'),
		'critical',
		/^was probably broken into, no server is set to save there: saves as \/var\/spool\/cron\/crontabs\/root$/,
	],
	['a folder of cron, under the usual name', saves('/etc/cron.d'), 'critical'],
	['the keys of SSH', saves('/root/.ssh', 'authorized_keys'), 'critical'],
	['a page of a web server', saves('/var/lib/redis', 'shell.php'), 'critical'],
	['a library that a module command loads', saves('/tmp', 'exp.so'), 'critical'],
	['CONFIG GET was not answered', {}, 'pending'],
]);
