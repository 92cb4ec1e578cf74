// @rocket.chat/sdk, the line the mobile apps use: node sdk_next.js URL USERNAME PASSWORD ROOM_ID
globalThis.FormData ??= class {};
const { Rocketchat } = require('sdk-next');

const [url, username, password, rid] = process.argv.slice(2);
const quiet = () => undefined;

async function main() {
	const logger = { debug: quiet, info: quiet, warn: quiet, warning: quiet, error: quiet };
	const client = new Rocketchat({ host: url, protocol: 'ddp', useSsl: false, logger });
	const heard = [];
	await client.connect({ host: url });
	await client.login({ username, password });
	await client.onMessage(({ msg }) => heard.push(msg));
	await client.subscribeRoom(rid);
	const sent = await client.sendMessage('hello', rid);
	await client.methodCall('getRoomIdByNameOrId', rid);
	const echoed = heard.includes('hello');
	await client.editMessage({ _id: sent._id, rid, msg: 'edited' });
	const synced = await client.loadHistory(rid, new Date(0));
	await client.post('chat.delete', { roomId: rid, msgId: sent._id });
	await client.disconnect();
	return {
		user: sent.u.username,
		echoed,
		history: synced.updated.map(({ _id }) => _id).includes(sent._id),
		edited: heard.includes('edited'),
	};
}

main().then(
	(seen) => {
		console.log(JSON.stringify(seen));
		process.exit(0);
	},
	(error) => {
		console.error(error);
		process.exit(1);
	},
);
