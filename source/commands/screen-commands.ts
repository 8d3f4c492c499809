// The monitor on a terminal: as a screen, and for a screen reader.
export {runScreen} from './monitor.js';
export {runReplayScreen} from './replay-screen.js';
export {runScreenReader} from './screen-reader.js';
