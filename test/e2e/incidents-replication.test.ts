import {testIncidents} from './staged.js';

testIncidents(['primary-killed', 'resync-loop', 'replica-behind', 'two-primaries', 'replica-writes']);
