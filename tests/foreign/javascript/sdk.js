// @rocket.chat/sdk, the released line: node sdk.js URL USERNAME PASSWORD ROOM_ID
const [url, username, password, rid] = process.argv.slice(2);
// Its REST half knows no other way to be told where the server is.
process.env.ROCKETCHAT_URL = url;
const { driver, api } = require('@rocket.chat/sdk');

const quiet = () => undefined;

async function main() {
	driver.useLog({ debug: quiet, info: quiet, warn: quiet, warning: quiet, error: console.error });
	const heard = [];
	let echo;
	const echoed = new Promise((resolve) => {
		echo = resolve;
	});
	await driver.connect({ host: url, useSsl: false });
	const userId = await driver.login({ username, password });
	await driver.subscribeToMessages();
	await driver.reactToMessages((error, message) => {
		if (error) throw error;
		heard.push(message.msg);
		if (message.msg === 'hello') echo(message);
	});
	const name = await driver.getRoomName(rid);
	const sent = await driver.sendToRoomId('hello', rid);
	await echoed;
	await driver.editMessage({ _id: sent._id, rid, msg: 'edited' });
	await driver.setReaction(':smile:', sent._id);
	const history = await driver.asyncCall('loadHistory', [rid, null, 10, null]);
	await api.login({ username, password });
	const { message } = await api.get('chat.getMessage', { msgId: sent._id });
	await api.post('chat.delete', { roomId: rid, msgId: sent._id });
	await driver.logout();
	driver.disconnect();
	return {
		user: message.u._id === userId && message.u.username,
		room: name,
		echoed: heard.includes('hello'),
		history: history.messages.map(({ _id }) => _id).includes(sent._id),
		edited: message.msg,
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
