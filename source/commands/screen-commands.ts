// The monitor on a terminal: as a screen, and for a screen reader. Neither needs Ink before its first lines.
export {runScreen} from './monitor.js';
export {runScreenReader} from './screen-reader.js';
