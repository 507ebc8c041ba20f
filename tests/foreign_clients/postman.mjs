// Postman's own runner goes through folders of the collection, one after the other, and keeps its variables as Postman
// does, beside those of an environment; when there is an address to open in a browser, the person's answer becomes the variable `callback`.

import newman from "newman";
import { finish, settings, signIn } from "./conversation.mjs";

const variables = { ...settings.variables };
const failures = [];
const requests = [];

/** What the scripts of a request have set. */
function remember(_error, { executions }) {
  for (const { result } of executions) Object.assign(variables, result?.collectionVariables?.toObject());
}

function run(folder) {
  const [variable, values] = [variables, settings.environment].map((those) =>
    Object.entries(those).map(([key, value]) => ({ key, value })),
  );
  const options = { collection: { ...settings.collection, variable }, environment: { values }, folder, timeoutRequest: 30_000 };
  return new Promise((resolve, reject) => {
    const running = newman.run(options, (error, { run: summary } = {}) => {
      if (error) return reject(error);
      failures.push(...summary.failures.map(({ source, error: found }) => `${source?.name}: ${found.message}`));
      requests.push(...summary.executions.map(({ item }) => item.name));
      return resolve();
    });
    running.on("prerequest", remember).on("test", remember);
  });
}

for (const folder of settings.folders) {
  await run(folder);
  if (variables.authorize_url && !variables.callback) variables.callback = String(await signIn(variables.authorize_url));
}
finish({ failures, requests });
