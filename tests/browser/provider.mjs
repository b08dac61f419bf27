// A company's issuer in the tests: the real oidc-provider, with one client and people who are invented.
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";

const [port, desk, key] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const roles = { wang: "dispute-officer", wei: "dispute-officer", li: "service-desk" };
const signIns = {}; // of each person: the first one of wei is told as two hours old, so that it has to be confirmed
const audience = "waybill-masking";

const provider = new Provider(issuer, {
  clients: [{
    client_id: "desk",
    client_secret: "a-secret-of-the-tests",
    redirect_uris: [`${desk}/callback`],
    post_logout_redirect_uris: [`${desk}/signed-out`],
    backchannel_logout_uri: `${desk}/back-channel-logout`,
    backchannel_logout_session_required: true,
    grant_types: ["authorization_code", "refresh_token"],
    id_token_signed_response_alg: "ES256",
  }],
  jwks: { keys: [JSON.parse(readFileSync(key, "utf8"))] },
  acrValues: ["2"],
  claims: { acr: null, auth_time: null, openid: ["sub"], profile: ["name"], sid: null },
  conformIdTokenClaims: false,
  cookies: { keys: ["a key of the tests"] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: { AccessToken: 600, Grant: 3600, Interaction: 600, RefreshToken: 3600, Session: 3600, IdToken: 600 },
  fetch: (url, { dispatcher, ...options }) => fetch(url, options), // its own refuses loopback addresses
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, name: `Person ${sub}` }) }),
  extraTokenClaims: (ctx, token) => ({
    roles: [roles[token.accountId]], tenant: "default", acr: "2", 
    auth_time: Math.floor(Date.now() / 1000) - (token.accountId === "wei" && signIns.wei === 1 ? 7200 : 0),
  }),
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: "", audience, accessTokenTTL: 600, accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } }),
      useGrantedResource: () => true,
    },
    rpInitiatedLogout: { enabled: true },
  },
});
provider.on("authorization.success", ({ oidc: { session } }) => { signIns[session.accountId] = (signIns[session.accountId] ?? 0) + 1; });
provider.listen(Number(port), "127.0.0.1", () => console.log(`issuer at ${issuer}`));
