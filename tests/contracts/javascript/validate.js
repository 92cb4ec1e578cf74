// Puts requests to the validators of one version of @rocket.chat/rest-typings.
//
//   node validate.js PACKAGE < requests.json
//
// PACKAGE is the folder that `npm pack` gave, unpacked. The requests are a list of {endpoint, given,
// query}: what a body holds or, where query is true, a query. Prints a list of verdicts: null for a
// request that passes and whose values are of the types meant, or else what is wrong with it.
//
// login is not here: its validator wants an object for `user`, and no server applies it.

const { readFileSync, rmSync } = require("node:fs");
const { join } = require("node:path");
const { isDeepStrictEqual } = require("node:util");
const { buildSync } = require("esbuild");

const VALIDATORS = {
  "chat.sendMessage": ["chat", "isChatSendMessageProps"],
  "chat.postMessage": ["chat", "isChatPostMessageProps"],
  "chat.getMessage": ["chat", "isChatGetMessageProps"],
  "chat.update": ["chat", "isChatUpdateProps"],
  "chat.delete": ["chat", "isChatDeleteProps"],
  "chat.react": ["chat", "isChatReactProps"],
  "chat.pinMessage": ["chat", "isChatPinMessageProps"],
  "chat.unPinMessage": ["chat", "isChatUnpinMessageProps"],
  "chat.starMessage": ["chat", "isChatStarMessageProps"],
  "chat.unStarMessage": ["chat", "isChatUnstarMessageProps"],
  "chat.search": ["chat", "isChatSearchProps"],
  "chat.getMessageReadReceipts": ["chat", "isChatGetMessageReadReceiptsProps"],
  "chat.getThreadMessages": ["chat", "isChatGetThreadMessagesProps"],
  "chat.getThreadsList": ["chat", "isChatGetThreadsListProps"],
  "chat.syncMessages": ["chat", "isChatSyncMessagesProps"],
  "rooms.info": ["rooms", "isRoomsInfoProps"],
  "im.create": ["dm/DmCreateProps", "isDmCreateProps"],
  "dm.create": ["dm/DmCreateProps", "isDmCreateProps"],
  "im.history": ["dm/DmHistoryProps", "isDmHistoryProps"],
  "dm.history": ["dm/DmHistoryProps", "isDmHistoryProps"],
  "im.members": ["dm/DmMembersProps", "isDmMemberProps"],
  "channels.history": ["channels/ChannelsHistoryProps", "isChannelsHistoryProps"],
  "channels.join": ["channels/ChannelsJoinProps", "isChannelsJoinProps"],
  "channels.leave": ["channels/ChannelsLeaveProps", "isChannelsLeaveProps"],
  "groups.history": ["groups/GroupsHistoryProps", "isGroupsHistoryProps"],
  "groups.leave": ["groups/GroupsLeaveProps", "isGroupsLeaveProps"],
  "groups.members": ["groups/GroupsMembersProps", "isGroupsMembersProps"],
};

const loaded = {};

function load(name) {
  if (!(name in loaded)) {
    // Beside this file, where the bundle finds ajv.
    const outfile = join(__dirname, `bundle-${process.pid}.js`);
    const entry = join(process.argv[2], "dist", "v1", `${name}.js`);
    buildSync({
      entryPoints: [entry],
      bundle: true,
      platform: "node",
      outfile,
      nodePaths: [join(__dirname, "node_modules")],
      logLevel: "error",
    });
    loaded[name] = require(outfile);
    delete require.cache[outfile];
    rmSync(outfile);
  }
  return loaded[name];
}

function judge({ endpoint, given, query }) {
  const [name, exported] = VALIDATORS[endpoint] ?? [];
  const validator = name && load(name)[exported];
  if (!validator) return "no validator";
  const validated = structuredClone(given);
  if (!validator(validated)) return JSON.stringify(validator.errors);
  // A query holds text, whatever is meant; in a body each value is to have its type.
  if (query || isDeepStrictEqual(validated, given)) return null;
  return `read as ${JSON.stringify(validated)}`;
}

const requests = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(requests.map(judge)));
