import type {NextStep} from '../domain/finding.js';
import type {Endpoint} from '../domain/node.js';
import {untrustedCodes} from '../parse/socket-error.js';
import {endWithoutSave, giveItsPassword, lostWithTheFile, seeItsStart, startWithItsFile} from './lost-config-file.js';
import {quoted} from './node-facts.js';
import {tlsForApplications} from './tls-change.js';

/** What an outcome of a step means, how to confirm it from elsewhere, and what to do. */
export type Explanation = {
	readonly meaning: string;
	readonly confirm: readonly NextStep[];
	readonly next: readonly NextStep[];
};

/** The server and the user of a diagnosis, for the commands in the next steps, which can be copied. */
export type Place = {
	readonly endpoint: Endpoint;
	/** How redis-cli reaches the server: `redis-cli -h 10.0.1.11 -p 6379`. */
	readonly cli: string;
	/** The same command as `cli`, but for a user who may run ACL commands. */
	readonly administratorCli: string;
	/** The ACL user of the connection, quoted for a shell; undefined: the default user. */
	readonly user: string | undefined;
};

const words = (text: string): NextStep => ({kind: 'words', text});
const shell = (text: string): NextStep => ({kind: 'shell', text});
const command = (text: string): NextStep => ({kind: 'command', text});

const hostOf = ({endpoint}: Place): string => (endpoint.kind === 'tcp' ? quoted(endpoint.host) : 'localhost');
const portOf = ({endpoint}: Place): string => (endpoint.kind === 'tcp' ? String(endpoint.port) : '6379');
const pathOf = ({endpoint}: Place): string => (endpoint.kind === 'unix' ? quoted(endpoint.path) : '');

const openssl = (place: Place): NextStep =>
	shell(`openssl s_client -connect ${hostOf(place)}:${portOf(place)} -showcerts </dev/null`);
const dates = (place: Place): NextStep =>
	shell(`openssl s_client -connect ${hostOf(place)}:${portOf(place)} </dev/null | openssl x509 -noout -dates`);

const unknownAuthority = (place: Place): Explanation => ({
	meaning: 'The connection is encrypted, but who is at the other end cannot be proved: nobody we trust signed for it.',
	confirm: [openssl(place)],
	next: [
		words('give the certificate of the authority that signed it: --cacert FILE'),
		words(
			'if the given --cacert was right until now, the server has a new certificate, and its clients fail as well: put the old one back (CONFIG SET tls-cert-file FILE), or give all clients the new CA',
		),
		words(
			"a managed service publishes its CA bundle; a company's own is on its servers under /etc/ssl or /usr/local/share/ca-certificates",
		),
		words('--insecure goes on without proof, and says so on the screen: for a look, not for good'),
	],
});

const clientCertificate = (place: Place): Explanation => ({
	meaning: 'The server proves itself and wants the same of its clients (tls-auth-clients yes).',
	confirm: [openssl(place)],
	next: [words('give a client certificate and its key that an authority of the server signed: --cert FILE --key FILE')],
});

const noWay = (place: Place): Explanation => ({
	meaning:
		'No packet gets there: a route is missing, a firewall says so, or a VPN is down. It says nothing of the server.',
	confirm: [shell(`ip route get ${hostOf(place)}`), shell(`traceroute ${hostOf(place)}`)],
	next: [words('bring the VPN or the route up'), words('ask whoever runs the firewall, or look from another machine')],
});

const hungUp = (place: Place): Explanation => ({
	meaning:
		'Something takes connections and hangs up without a word: a load balancer with nothing behind it, or a server that is just stopping.',
	confirm: [shell(`nc -v ${hostOf(place)} ${portOf(place)}`)],
	next: [words('a load balancer: are its backends healthy?'), words('else look at who listens there')],
});

const otherService = (place: Place): Explanation => ({
	meaning: 'Another service has this port.',
	confirm: [shell(`ss -ltnp 'sport = :${portOf(place)}'`)],
	next: [words('give the right port')],
});

/**
Explanations by outcome code. `next` contains no host, path or user, because findings show it where names are masked. Each is a function of the server and the user, because its shell commands name both.
*/
export const explanations: ReadonlyMap<string, (place: Place) => Explanation> = new Map<
	string,
	(place: Place) => Explanation
>([
	[
		'ENOTFOUND',
		place => ({
			meaning: 'The name does not exist, or not in the view of names that this machine has.',
			confirm: [shell(`getent hosts ${hostOf(place)}`)],
			next: [
				words('look for a slip in the name'),
				words('a private name is only known inside its network: VPN, /etc/resolv.conf'),
				words('a service that was deleted takes its name along'),
			],
		}),
	],
	[
		'EAI_AGAIN',
		place => ({
			meaning: 'The name server does not answer: a problem of our network that says nothing about Redis.',
			confirm: [
				shell('getent hosts example.org'),
				shell('cat /etc/resolv.conf'),
				shell(`getent hosts ${hostOf(place)}`),
			],
			next: [
				words('repair the name service here (in a container: its DNS)'),
				words('meanwhile give the address instead of the name'),
			],
		}),
	],
	[
		'ECONNREFUSED',
		place => ({
			meaning:
				'The machine is there and nothing takes connections on the port: the process is gone, or it listens on another port or address. A firewall that rejects (REJECT) looks the same.',
			confirm:
				place.endpoint.kind === 'unix'
					? [shell(`ls -l ${pathOf(place)}`), shell('ss -lxp')]
					: [shell(`ss -ltnp 'sport = :${portOf(place)}'`), shell('ps -C redis-server,valkey-server -o pid,args')],
			next: [
				words('start it, give the right port, or let it listen on this address (bind)'),
				words('its log says why it stopped'),
				words('if it runs and listens: a firewall rule with REJECT, here or on the way'),
			],
		}),
	],
	[
		'ENOENT',
		place => ({
			meaning: 'There is no socket file at this path: the server is not running, or it makes its socket elsewhere.',
			confirm: [shell(`ls -l ${pathOf(place)}`), shell('ss -lxp')],
			next: [words('look for unixsocket in the config file'), shell('ps -C redis-server,valkey-server -o pid,args')],
		}),
	],
	[
		'EACCES',
		place => ({
			meaning: 'This user may not open the socket file, or this machine forbids the connection.',
			confirm: [shell(`ls -l ${pathOf(place)}`), shell('id')],
			next: [
				words(
					'let the user of the client join the group of the socket file, and start the client again: usermod -aG GROUP USER',
				),
				words('the group needs the right to write: unixsocketperm 770 in the config file, and a restart of the server'),
			],
		}),
	],
	[
		'ETIMEDOUT',
		place => ({
			meaning:
				'Nobody answers, not even to refuse: a firewall drops the packets, the machine is gone, or its accept queue is full because the server hangs.',
			confirm: [shell(`nc -vz -w 3 ${hostOf(place)} ${portOf(place)}`), shell(`ping -c 3 ${hostOf(place)}`)],
			next: [
				words('firewall, security group, network policy: is the port open from here?'),
				words('is the machine up? Its console tells'),
				shell(`ss -ltn 'sport = :${portOf(place)}'`),
			],
		}),
	],
	[
		'HOST_ANSWERS',
		place => ({
			meaning:
				'The host lives: it answers, by ARP on a network of this machine or on another port. Its port does not even refuse: a firewall drops the packets, or the server hangs and its accept queue is full. Behind address translation or a balancer, the answer may be theirs.',
			confirm: [
				shell(`ip neigh show ${hostOf(place)}`),
				shell(`nc -vz -w 3 ${hostOf(place)} ${portOf(place)}`),
				shell(`ping -c 3 ${hostOf(place)}`),
			],
			next: [
				words('firewall, security group, network policy: is the port open from here?'),
				shell(`ss -ltn 'sport = :${portOf(place)}'   # Recv-Q above Send-Q: the accept queue is full`),
				shell('nft list ruleset; iptables -S'),
			],
		}),
	],
	[
		'HOST_SILENT',
		place => ({
			meaning:
				'Nobody on this network says that it has the address (ARP). So the machine is off, hangs, has another address, or the network between is cut. Every other service of the machine is away as well.',
			confirm: [shell(`ip neigh show ${hostOf(place)}`), shell(`ping -c 3 ${hostOf(place)}`)],
			next: [
				words('look at the console of the machine, or of its hypervisor: does it run, and with this address?'),
				words('if it runs: its cable, its switch port, its VLAN, or its bridge'),
				words('does this machine reach others on the same network? If not, it is the one that is cut off'),
			],
		}),
	],
	[
		'REJECTED_BY_ICMP',
		place => ({
			meaning:
				'A packet says that the host is not to be reached, and ARP finds the host on this network. So a firewall rejects the connection: that of the host, that of this machine, or one in between. It says nothing of the server.',
			confirm: [shell(`ip neigh show ${hostOf(place)}`), shell(`nc -vz -w 3 ${hostOf(place)} ${portOf(place)}`)],
			next: [
				shell('nft list ruleset; iptables -S | grep REJECT'),
				words('the same here: a rule of this machine can reject what it sends'),
			],
		}),
	],
	['EHOSTUNREACH', noWay],
	['ENETUNREACH', noWay],
	['EINVAL', noWay],
	[
		'EADDRNOTAVAIL',
		place => ({
			meaning:
				'This machine has no free local port, or no local address, for a connection to it. It says nothing of the server.',
			confirm: [
				shell(`ss -Htan 'dport = :${portOf(place)}' | awk '{print $1}' | sort | uniq -c`),
				shell('sysctl net.ipv4.ip_local_port_range'),
			],
			next: [
				words('mostly TIME-WAIT: a program here opens a connection for each request; let it keep them (a pool)'),
				words('mostly ESTAB: find the process here that holds so many connections: sudo ss -Htnp'),
				words('or widen the range'),
			],
		}),
	],
	[
		'ECONNRESET',
		place => ({
			meaning:
				'The connection was cut hard: a proxy or firewall in between, a server that crashed, or one that speaks TLS.',
			confirm: [openssl(place)],
			next: [words('if the port speaks TLS: rediss:// or --tls'), words("look into the server's and the proxy's logs")],
		}),
	],
	['CLOSED', hungUp],
	['EPIPE', hungUp],
	[
		'PROXY',
		place => ({
			meaning:
				'A proxy such as twemproxy or Envoy spreads commands over servers and tells nothing of them; a server whose INFO was renamed looks the same.',
			confirm: [shell(`ss -ltnp 'sport = :${portOf(place)}'`)],
			next: [
				words('give the addresses of the servers behind it: its configuration lists them'),
				words(
					'the figures of the proxy itself: twemproxy on its stats port (22222), Envoy on /stats of its admin port',
				),
			],
		}),
	],
	[
		'PROXY_PROTOCOL',
		place => ({
			meaning:
				'A load balancer writes a header of the PROXY protocol first on each connection. The server takes it for a command and answers with an error. So clients take each reply for that of the next command: they read wrong data.',
			confirm: [command(`${place.cli} PING`)],
			next: [
				words('switch it off for this backend: HAProxy send-proxy, NGINX proxy_protocol, AWS NLB proxy_protocol_v2'),
				words('until then let the clients connect to the server itself'),
				words('the server does not speak it, so no setting of the server helps'),
			],
		}),
	],
	['NOT_REDIS', otherService],
	['PROTOCOL', otherService],
	[
		'HTTP',
		place => ({
			meaning: 'A web server has this port, or a proxy in between speaks HTTP.',
			confirm: [shell(`curl -sv http://${hostOf(place)}:${portOf(place)}/ -o /dev/null`)],
			next: [words('give the right port; a REST endpoint of a service is not its Redis endpoint')],
		}),
	],
	[
		'MAXCLIENTS',
		place => ({
			meaning:
				'All client places are taken (maxclients): new clients are turned away, those that are in go on. An administrator gets no place either.',
			confirm: [command(`${place.cli} INFO clients`)],
			next: [
				words('end clients that leak connections: the place one gives up is yours'),
				words('a session that is already in can raise it: CONFIG SET maxclients N (within the limit of open files)'),
				words('then find who holds them: CLIENT LIST, by address and name'),
			],
		}),
	],
	[
		'DENIED',
		place => ({
			meaning: 'Protected mode: the server has no password and therefore serves its own machine alone.',
			confirm: [shell(`redis-cli -p ${portOf(place)} PING   # on the server itself`)],
			next: [
				words(
					`set a password, on the server itself: redis-cli -p ${portOf(place)} CONFIG SET requirepass PASSWORD, then CONFIG REWRITE (it needs a config file); give it to the clients`,
				),
				words('an administrator who had set one: see whether the config file or the ACL file still has it'),
				words('protected-mode no would open it to everyone who reaches the port'),
			],
		}),
	],
	[
		'LOST_PASSWORD',
		place => ({
			meaning: `Protected mode refuses other hosts only while a server has no password, and a password was given. ${lostWithTheFile}`,
			confirm: [shell(`redis-cli -p ${portOf(place)} INFO server   # on the server itself: config_file is empty`)],
			next: [
				words(seeItsStart),
				words(`if it has its config file, that file has lost its requirepass or aclfile: ${giveItsPassword}`),
				words(`if it lacks its config file, ${endWithoutSave}`),
				words(startWithItsFile),
			],
		}),
	],
	[
		'PLAIN_TO_TLS',
		place => ({
			meaning: 'The port speaks TLS and was spoken to without.',
			confirm: [openssl(place)],
			next: [words('rediss:// or --tls; add --cacert FILE if its authority is your own'), words(tlsForApplications)],
		}),
	],
	[
		'TLS_TO_PLAIN',
		place => ({
			meaning: 'The port speaks without TLS and was asked for it: a plain server waits for a command that never ends.',
			confirm: [command(`${place.cli.replace(' --tls', '')} PING`)],
			next: [words('leave --tls out (redis://), or give the TLS port (tls-port)')],
		}),
	],
	[
		'TLS_TIMEOUT',
		place => ({
			meaning:
				'The connection stands and the TLS handshake gets no answer: the server hangs, or what listens there speaks something else.',
			confirm: [openssl(place)],
			next: [words('try without --tls'), words('is the server hung? A look on its machine tells')],
		}),
	],
	['DEPTH_ZERO_SELF_SIGNED_CERT', unknownAuthority],
	...[...untrustedCodes].map(code => [code, unknownAuthority] as const),
	[
		'CERT_HAS_EXPIRED',
		place => ({
			meaning: 'The certificate was good and is too old now: every client that checks it is locked out.',
			confirm: [dates(place), shell('date -u')],
			next: [
				words(
					'put the new certificate in place and have it read: CONFIG SET tls-cert-file FILE does so without a restart',
				),
				words('compare the clocks of both machines first'),
			],
		}),
	],
	[
		'CERT_NOT_YET_VALID',
		place => ({
			meaning:
				'The certificate begins to be valid later than now: one of the two clocks is wrong, or it was put in place too early.',
			confirm: [dates(place), shell('date -u')],
			next: [words('compare the clocks of both machines')],
		}),
	],
	[
		'ERR_TLS_CERT_ALTNAME_INVALID',
		place => ({
			meaning:
				'The certificate is for other names than the one that was connected to; often because an address was given where it has names.',
			confirm: [openssl(place)],
			next: [words('connect by a name that stands in the certificate, or give that name with --sni')],
		}),
	],
	['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', clientCertificate],
	['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', clientCertificate],
	['TLS_ENDED', clientCertificate],
	[
		'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
		place => ({
			meaning: 'The server does not know the authority that signed our client certificate.',
			confirm: [openssl(place)],
			next: [words('give a client certificate of an authority in its tls-ca-cert-file: --cert FILE --key FILE')],
		}),
	],
	[
		'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
		place => ({
			meaning: 'Client and server have no TLS version in common.',
			confirm: [shell(`openssl s_client -connect ${hostOf(place)}:${portOf(place)} -tls1_2 </dev/null`)],
			next: [words("widen the server's tls-protocols: TLSv1.2 TLSv1.3")],
		}),
	],
]);

/**
The explanation of a failed connection. Undefined if the code has no entry. Its shell commands in `confirm` are for
`redis-top diagnose` alone.

@param code The kind or the code of the failure: `ETIMEDOUT`, `DENIED`.
*/
export const explanationOf = (code: string, endpoint: Endpoint): Explanation | undefined =>
	explanations.get(code)?.({endpoint, cli: '', administratorCli: '', user: undefined});
