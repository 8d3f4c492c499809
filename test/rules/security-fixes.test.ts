import {secFix} from '../../source/rules/security-fixes.js';
import type {Sections} from '../harness/records.js';
import {testRule} from '../harness/rule-cases.js';

const redis = (version: string): {info: Sections} => ({info: {server: {redis_version: version}}});
const valkey = (version: string): {info: Sections} => ({
	info: {server: {redis_version: '7.2.4', server_name: 'valkey', valkey_version: version}},
});

testRule(secFix, [
	['before the fix', redis('8.2.8'), 'info', /^runs Redis 8\.2\.8, which lacks security fixes, fixed in 8\.2\.9: CVE-/],
	['with the fix', redis('8.2.9'), 'clear'],
	['a later release', redis('8.2.12'), 'clear'],
	['a line with two digits', redis('8.10.0'), 'info'],
	['the line before it, which has one digit', redis('8.1.0'), 'clear'],
	['a line without a fixed release', redis('7.0.15'), 'clear'],
	['a line that came later', redis('9.0.0'), 'clear'],
	['a Valkey before the fix', valkey('9.1.0'), 'info', /^runs Valkey 9\.1\.0/],
	['a Valkey with the fix, whose Redis version is old', valkey('9.1.1'), 'clear'],
	['advice that the user asked to count', {...redis('7.4.8'), settings: {isStrict: true}}, 'warning'],
	['a version that was never released', redis('255.255.255'), 'clear'],
	['a preview', redis('8.2.x'), 'clear'],
	['not in INFO', {info: {server: {}}}, 'absent'],
]);
