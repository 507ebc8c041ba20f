// An app that acts for itself: it gets a token with its own credentials (client_credentials) and asks an API with it.
// node --env-file=weather.env client.mjs http://127.0.0.1:5000/weather

const { ISSUER, CLIENT_ID, CLIENT_SECRET, SCOPE } = process.env; // the secret never stands in the code
const [, , api = "http://127.0.0.1:5000/weather"] = process.argv;

let token; // and when to get another one, a little before it expires
let renewAt = 0;

async function accessToken() {
  if (Date.now() < renewAt) return token;
  const { token_endpoint } = await json(await patiently(`${ISSUER}/.well-known/openid-configuration`));
  const answer = await json(
    await patiently(token_endpoint, {
      method: "POST",
      headers: { Authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: SCOPE }),
    }),
  );
  token = answer.access_token;
  renewAt = Date.now() + answer.expires_in * 900;
  return token;
}

/** Asks the API; a token that was ended meanwhile is replaced once, and only once. */
async function ask(url) {
  for (const last of [false, true]) {
    const response = await patiently(url, { headers: { Authorization: `Bearer ${await accessToken()}` } });
    if (response.status !== 401 || last) return json(response);
    renewAt = 0;
  }
}

/** A server in trouble (429, 503) says when to come back; what is wrong with us (any other 4xx) is not repeated. */
async function patiently(url, options, tries = 3) {
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(10_000), ...options }).catch((error) => {
    const { cause } = error; // of "fetch failed": refused, an unknown host, a certificate that will not do
    throw new Error(`no answer from ${url}: ${cause?.message || cause?.code || error.message}`);
  });
  if (![429, 503].includes(response.status) || tries === 1) return response;
  const seconds = Math.min(Number(response.headers.get("Retry-After")) || 1, 30);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return patiently(url, options, tries - 1);
}

async function json(response) {
  if (response.ok) return response.json();
  // `error_uri` of the portal explains the failure; the credentials are never part of a message.
  throw new Error(`${response.status} from ${response.url}: ${await response.text()}`);
}

try {
  console.log(JSON.stringify(await ask(api)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
