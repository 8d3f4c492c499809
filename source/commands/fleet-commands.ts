// The list of a fleet, and the demo of that list.
export {runDemoFleet} from './demo-fleet.js';
export {runFleet} from './fleet.js';
