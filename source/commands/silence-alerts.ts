import {osUser} from '../app/os-user.js';
import {systemClock} from '../domain/clock.js';
import type {Silencer} from '../domain/silence.js';
import {alertmanagerSilencer} from '../metrics/alertmanager-silencer.js';
import {HttpClient, type HttpService} from '../wire/http-client.js';

/**
Creates the silencer of the Alertmanagers of `--alertmanager`. This file is a module of its own, so that a monitor
without the flag does not load it.
*/
export const silenceAlerts = (services: readonly HttpService[]): Silencer =>
	alertmanagerSilencer(
		services.map(service => new HttpClient(service)),
		osUser(),
		() => systemClock.now(),
	);
