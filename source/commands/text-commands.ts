// Every command without a screen, and the monitor without a terminal. They are loaded as one module. Each file that a
// start loads takes a quarter of a millisecond, and nearly all files that these commands need are the same.
export {runAcl} from './acl.js';
export {runAudit} from './audit.js';
export {runCast} from './cast.js';
export {runCheck} from './check.js';
export {runDemo} from './demo.js';
export {runDiagnose} from './diagnose.js';
export {runRecord} from './record.js';
export {runReplay} from './replay.js';
export {runReport} from './report.js';
export {runRules} from './rules.js';
export {runSamples, runSnapshot} from './samples.js';
export {runWatch} from './watch.js';
