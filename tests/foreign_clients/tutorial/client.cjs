// The tutorial's client: /v1/token is derived from ISSUER, the credentials go into a Basic header.

require("dotenv").config({ quiet: true });

const { ISSUER, CLIENT_ID, CLIENT_SECRET, SCOPE } = process.env;

async function main() {
  const answer = await fetch(`${ISSUER}/v1/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: SCOPE }),
  });
  const { token_type, access_token } = await answer.json();
  const response = await fetch(process.argv[2], { headers: { authorization: `${token_type} ${access_token}` } });
  console.log(response.status, await response.text());
}

main();
