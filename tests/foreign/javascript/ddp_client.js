// @rocket.chat/ddp-client: node ddp_client.js URL USERNAME PASSWORD ROOM_ID
const { createHash } = require('node:crypto');

globalThis.WebSocket ??= require('ws');
const { DDPSDK } = require('@rocket.chat/ddp-client');

const [url, username, password, rid] = process.argv.slice(2);

async function main() {
	const heard = [];
	const deleted = [];
	const sdk = await DDPSDK.createAndConnect(url);
	const digest = createHash('sha256').update(password).digest('hex');
	await sdk.account.loginWithPassword(username, digest);

	await sdk.stream('room-messages', rid, (message) => heard.push(message.msg)).ready();
	await sdk.stream('notify-room', `${rid}/deleteMessage`, ({ _id }) => deleted.push(_id)).ready();

	const sent = await sdk.call('sendMessage', { _id: 'from-ddp-client', rid, msg: 'hello' });
	const echoed = heard.includes('hello');
	const { messages } = await sdk.call('loadHistory', rid, null, 10, null);
	const { message } = await sdk.rest.get('/v1/chat.getMessage', { msgId: sent._id });
	await sdk.rest.post('/v1/chat.update', { roomId: rid, msgId: sent._id, text: 'edited' });
	await sdk.call('getRoomIdByNameOrId', rid);
	await sdk.rest.post('/v1/chat.delete', { roomId: rid, msgId: sent._id });
	await sdk.call('getRoomIdByNameOrId', rid);
	await sdk.account.logout();
	sdk.connection.close();
	return {
		user: sdk.connection.status === 'closed' && message.u.username,
		echoed,
		history: messages.map(({ _id }) => _id).includes(sent._id),
		heard,
		deleted,
	};
}

main().then(
	(seen) => {
		console.log(JSON.stringify(seen));
		// Its timers would keep the process alive for another minute.
		process.exit(0);
	},
	(error) => {
		console.error(error);
		process.exit(1);
	},
);
